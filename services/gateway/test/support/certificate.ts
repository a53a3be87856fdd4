/** A certificate that a server called "billing" signed for itself, good for a hundred years of tests. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBjzCCATWgAwIBAgIUIbRG96zfYF0SyOuVnuBH67nZpqYwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHYmlsbGluZzAgFw0yNjExMjUwMjUwMDhaGA8yMTI2MTEwMTAy
NTAwOFowEjEQMA4GA1UEAwwHYmlsbGluZzBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABPZlzofrgUwmhkWHNjXAnbcyZRZLjUBNyheCRIIYl/0tv95Wssp1r3hxZYAf
fPXXVdvzaXNMRVLD+hquRPWk2cmjZzBlMB0GA1UdDgQWBBQgq9unspu8jLaU2GhH
n18AggIaVTAfBgNVHSMEGDAWgBQgq9unspu8jLaU2GhHn18AggIaVTAPBgNVHRMB
Af8EBTADAQH/MBIGA1UdEQQLMAmCB2JpbGxpbmcwCgYIKoZIzj0EAwIDSAAwRQIh
ANiRYrhwAt9HaWV4+bgCwHs1iBlHUMfqKkmJj9O6t95dAiADkSjaEt4UWyQHrRmn
C0OFl0Ma0YQk+wrVaLLavzMjmQ==
-----END CERTIFICATE-----
`;

/** Its key, which opens nothing anywhere. */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgR7xaWyllUForvHnH
Q8fgK6lwPV6QUhsNFju7vGi6xAWhRANCAAT2Zc6H64FMJoZFhzY1wJ23MmUWS41A
TcoXgkSCGJf9Lb/eVrLKda94cWWAH3z111Xb82lzTEVSw/oarkT1pNnJ
-----END PRIVATE KEY-----
`;
