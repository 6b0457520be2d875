/* What vendors' photo decoders do, well and badly: built by test_wlt.py with one NAME and one MODE at a time. No real decoding. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { W = 102, H = 126, ROW = W * 3 + 2 };

static unsigned char point(const unsigned char *wlt, int x, int y, int c) { return wlt[8 + (x * 3 + y * 7 + c) % 1000]; }

static int trouble(void) {
#if MODE == 1
    abort();
#elif MODE == 2
    for (;;) pause();
#elif MODE == 3
    return -5;
#elif MODE == 4
    for (volatile unsigned n = 0;; n++) ;
#elif MODE == 5
    *(volatile int *)8 = 1;
#elif MODE == 6
    if (fork() == 0) for (;;) pause();
    for (;;) pause();
#elif MODE == 7
    for (;;) if (!malloc(1 << 20)) abort(); else continue;
#endif
    return 1;
}

static void bmp(const unsigned char *wlt, unsigned char *out) {
    int width = MODE == 8 ? 96 : W, height = H;
    memset(out, 0, 54 + ROW * H);
    out[0] = 'B'; out[1] = 'M'; out[10] = 54; out[14] = 40; out[26] = 1; out[28] = 24;
    memcpy(out + 18, &width, 4);
    memcpy(out + 22, &height, 4);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int c = 0; c < 3; c++) out[54 + (H - 1 - y) * ROW + x * 3 + 2 - c] = point(wlt, x, y, c);
}

static int file(const char *in, const char *to) {
    unsigned char wlt[1024], out[54 + ROW * H];
    FILE *f = fopen(in, "rb");
    if (!f || fread(wlt, 1, 1024, f) != 1024) return -3;
    fclose(f);
    bmp(wlt, out);
    f = fopen(to, "wb");
    if (MODE == 9) fwrite("garbage", 1, 7, f);
    else if (MODE == 10) { for (int n = 0; n < 64; n++) fwrite(out, 1, sizeof out, f); }
    else if (MODE != 11) fwrite(out, 1, sizeof out, f);
    fclose(f);
    puts("a vendor's chatter");
    return 1;
}

#if NAME == 1
int GetBmp(char *wlt, int interface) { int t = trouble(); return t != 1 ? t : interface < 1 || interface > 2 ? -6 : file(wlt, "photo.bmp"); }
#elif NAME == 2
int unpack(char *src, char *dst, int save) {
    int t = trouble();
    if (t != 1) return t;
    if (MODE == 9) { memset(dst, 7, 38556); return 1; }
    if (MODE == 12) { bmp((unsigned char *)src, (unsigned char *)dst); return 1; }
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int c = 0; c < 3; c++) dst[(y * W + x) * 3 + c] = (char)point((unsigned char *)src, x, y, c);
    return save == 752 ? 1 : save < 2;
}
#elif NAME == 3
int dewlt(char *wlt, char *out) { int t = trouble(); return t != 1 ? t : file(wlt, out); }
#elif NAME == 4
int _Z6unpackPcS_i(char *src, char *dst, int save) { bmp((unsigned char *)src, (unsigned char *)dst); return 1; }
#endif
