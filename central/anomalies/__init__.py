"""异常: what a general contractor and the supervision body must look at, from what is stored."""
