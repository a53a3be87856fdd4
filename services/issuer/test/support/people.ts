/** People of the tests' registry; their hashes are made beforehand, as each takes its time. */
export const people = {
  ada: {
    username: "ada",
    password: "ada's notes on the engine",
    hash: "$scrypt$ln=17,r=8,p=1$3BLUL/FHK0JVCcQ7XpVCnA$V4APjJxfLNgSMTb1O9qQaHlLt79EjUxwcXlwCQ00A2Y",
  },
  /** Disabled. */
  bob: {
    username: "bob@example.com",
    password: "bob has left the company",
    hash: "$scrypt$ln=17,r=8,p=1$97bTjxeDgKOaYkThx550Iw$v4i9xJTus6Jz9ImwsNpxv/APXIF57XSUp3A45xIsf2w",
  },
  mia: {
    username: "mia",
    password: "eve reads along",
    hash: "$scrypt$ln=17,r=8,p=1$CFfcIA5RSSnqP7lJasXvEQ$dEYN2/goCVNwPvGY/uMrPEaG7Q+xXbwGmw1AfhaQoUA",
  },
};
