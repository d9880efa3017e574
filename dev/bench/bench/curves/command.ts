// What makes the plots anew: each says it.

export const command = "pnpm bench --plots docs/plots";
