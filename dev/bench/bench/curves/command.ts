// The command that makes the plots: each names it.

export const command = "pnpm bench --plots docs/plots";
