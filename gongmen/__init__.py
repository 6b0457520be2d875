"""The command `gongmen`, and what needs box and centre together: demo, benchmarks. Nobody imports it."""
