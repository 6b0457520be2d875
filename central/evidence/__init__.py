"""印证材料: dated documents and photos that show what was so, kept as they came and never changed (A-27, A-28)."""
