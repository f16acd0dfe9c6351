#pragma once

#include "dunlin/crypto/key_pair.hpp"

#include <string_view>

/// Keys for tests only: made for them, or published in RFC 9421 and draft-cavage-12.
namespace test_keys {

/// PKCS#8, 2,048 bits.
inline constexpr std::string_view kRsaPrivate = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCzvtaV8e+V+cJK
wOeZNOm1SXMq4Cj8BtvmZ33TkQ9Qai6RY0gYytqukbArNdcE8cTmj2dq5rAS+yFQ
0DY+sAeBnleezi7ZycJAC43mgJpuIvYzAdhLQuiqGcz1Grl62gFih1c9KwnDkDv4
1X9rzFb5KXQWEkngaHmxalVE7qhPFM6b2QJFg0iLFx9c9K8LEDFeuckoE6G/P6oN
jRMSNx9t3TKhPABNdgToaZWgMTMXEtB0DPLkaHcBSokfSItm1aNR4QOzlSp/kneg
ekI9QYcc5H7CGPJCyVm9xaahnrqw8JGMtw8R0WVO9yOaoLYkuLBm3AE42aPSoJfl
kqEuDL0bAgMBAAECggEAEOsG9pERjGu4MmIKynxU/Qe/S8tSgDpDC2I1USsHpnmA
DZYrLI43XBQBYWfNZ70727mmscSp0PeLMLiQSoE2C6i0NZHRjhUz7+RGhGoZXwFy
a+WiDp9rF8ua430S9TG8zKHRf8PjxOD4DBlIR4SxsP0KXKN3CaS7w4uvH/BYriyu
AHEDaEJv2B9w1eYs/+pkm6W7K/hDXrJqQ6xyfTcnJlhgYncyOvH6ddY/Q9smAfhc
lb3T/khBABOa74EsLeScMYNMxiopHYv7BPvzfJ+iRulLUDnRvfd3d8D4g2o5aPWC
+xBpiAVKpyAg35EGJv8Vm/fhDAow7qvOPV9x730EiQKBgQDyeJ69SGA/MYe4QXbI
x6pDdie+pyS1zA8n4fsdrODQRhDqciPmND7RlXSnohAsLp1jBRF8Jg1lzoHfVsvx
MtEm+/3QdHUouSnsGM0LDwohSX1gK4Et7gL/hg/NnmOV7bsAE/4vRzrQdneSZXyb
L3gPhdRhhVoIu0Oto3fnuQi0AwKBgQC9xkOtAAxksQMWydvHgdIEpkIeBYhBIf2x
IAYntZLiwSTLYC/Kfk3H8op5k95sWk1F1k2VvYlEWwkdMYA/MDqZgXbJhhhBXfIp
AfYH0xh2d0RqSRrJlwXUyD2g4xQZJ8UU8bPZPKlaf5yjiwLf4VfCzdYCL9N7GX2J
5+TX1rYjCQKBgHouTc8TqWwuiTVPx4tlEWbtIxnvH5B8QybVuLQ7aQ2KQPviiDR4
Hy99IEtYXs3kr2o2I5lrk1S5urfQBPSFpt7+G+fuxxq+M2HFHY11BqW/Ym4TfgSm
6tvXsh7qsUPbh1+Cs5MfUYO6LoaWnTOVt+oaheqeR8AenPviY4lgtAIBAoGBAId7
uG0WD8MDLLVkP2fboth26dUNFg2J+tgtiLdoxgjk4yPe87+ZFGafHYVWsACjJ2+o
Y5N30Tvf0k3pPSnfgLZ+2xNcjIx+SZhFMiS77EcHNuy6bElnbF5Q5s6pz3t2DRm6
xS9eQ3m8iVOottCmzETjNtow0sabmCiQSaxeOYIhAoGAdqGKDl6ShTbX2+uoab+Y
rZhBEsWuPOwJXyrWPc4Ndc0LUNRwkE6W7PoGWudzRxzOBVipjfiiJOl9JO9Ha69C
ZPqKxCp2AarfiAX1MwQDwgnxc9vp53eAHyvmeyKFrjgZ8ep858+y04NiC1pI+mIR
nHsET5EqxWypCL4+7vSoYms=
-----END PRIVATE KEY-----
)";

/// PKCS#1.
inline constexpr std::string_view kPkcs1Public = R"(-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAthDm5ewUls1ZYbgDMdPk0+XMPCwksHhnbp2ajTAFqoqfblmpXlgr
lZljzRik42Vfkph2VV1LcIUgGWdmIrnreHyApCLatkookErt8i8j+BwZGP4S5w2G
3Vx9lxtO3ysCDHG9Kaca6xPDk9LtxVW8uwars8VR19LIfUMDhrsB77gO4eBVqgkf
yJbqkN2vKnuSDW9ru3HWoILU+n1Z4flmbhwyuiG6YiB/gTUXfc/X4DnuKf6de7UM
c/hMUMvIB762RE6ybDL2RySpZjo5e9Mm9rV8TEftdL88Gxu51CTkW7hMfJ7ns5bO
Rob/NbzsXabEwQC3hPYqup5ZWPvT0BHovwIDAQAB
-----END RSA PUBLIC KEY-----
)";

/// Too small.
inline constexpr std::string_view kRsa512Public = R"(-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANMXi8CwWOpqaMrDtRtjYPMRTWcsDiT+
Ipvga617GJNCMZiWGc9+fbaUpaPNQG6BbBEQdi7DJ8aSigjLCNAMnpMCAwEAAQ==
-----END PUBLIC KEY-----
)";

/// Too big.
inline constexpr std::string_view kRsa8192Public = R"(-----BEGIN PUBLIC KEY-----
MIIEIjANBgkqhkiG9w0BAQEFAAOCBA8AMIIECgKCBAEAqXdgf4yVIPafgdO8aK8w
l0UXiLkUpHuX9lCcLz1fXCNOaoj22TMg5zITF8XYF1myni+0c0+ZpD63I9aajy2r
wCeuYThdmIgwhc5cwAM+s5gBOSzmkM2TGjAFbvS8ap+OiTeKBhntoeVOAvibNh0W
1pDi6eoQ3Z54SDiNjpB28192LKQMPZ4du5UNB+P1QKfPRsoi52tFCdQRB/r5Nakc
/iKqFNuq0zskG8B/9mXjjSGoIKQ2bj/vlg8XjQitQLfHiFe/dStjgBAb5/M1YUg9
Nrkp0xgxwCKzrO/Zd+F/j+1YBq1lpS5GH06t5gbTiKkawfV6+1lfboYPaNgNOeOn
0/sDu6hBSMT+Z0JSuR3TY5SO3hKig4TVaRgmr/xVEW4nShe5r9uSwc/TrxUc16PA
OPIRmUOTX0QVJ/fzkazqt/VpOGFDi7m4ssPGJhIWKxo/L9RSAXRLd/03y9wN0vrx
P5ZxmEJ3xlUKsCnTcrFWTCiqUzpgS2yOwecKPXQfxhnCnWjfvLb6IbMK3fKLlpv9
rJmsUAlWzv0+kO54sceJ9sUl912CEqKnRmiHsowk19expap5qej8xof5DOxOkkki
Slcm97krWRnhhtCptkWefQwNR2gjRcy+lCXg1x8Z0q28slpk/1tpcN/unVWJd4w2
6R+3lZb3LRKy1CVkmxD+/MAbMLN/7vfVONWTXtgElJuRmr90+Pp8OS0GgO3WdIVU
nreJ4buT3zNB/QOsXT3yFGXAUcLOIRKq30jkUUdzyL+6RDxxVhHoSn8WmbINU70Q
bEykvbzNfZ6byGiqcZEN2+1zI6fItufpgHc+CUnt3hJSIhwjh8KLg7D6ikKbYDih
fnT52YJ2jMJBbcz862LJ6U19I0Gpe5OsiM55dV0UY5VOusBCcM2sfPgGjznRtoOW
OuvE2UVDA9JyGPjz6xFbpRbI7Vxoh4gssHJhnZJUw7+fBAcu3Ow7I2hN+pOqDm1i
fb5a+ejBUq7Tt4bu4jS79dKES7XVeIJ64mn0Xv2O90W7I3ICAtJkW/HiF2xzd0QD
yR/t3is+J2vtI6dp+86huCK4GgDzyH3M+HaFcEJCxTap8RBclSQyhtMyzsHNMZw/
9hIO4cgLt2tdzOXRjyDbsY8z0KtAHc8i/0lbuPMQopWo4E8cV3iAbatsMWsXyHhY
q1PWtC1uCwJJQW3AvQhqiaPSWlRwdqtyJK1I3d2mLvuslevbztTuUhz/tc6BqbbI
WjkLvJgNSUTFq1L6kHJr4mogQ4hJx57a49TokVA3uDjSlE5n6HIgR5sgSY7uCrAC
MDgJRUkSJdy5JPiRyQXLMRFG4PWvNjOS8KgiYWrHwxpFCJ96kPtffSjouhFRAFVk
rwIDAQAB
-----END PUBLIC KEY-----
)";

/// P-256, which nobody signs with here.
inline constexpr std::string_view kEcPublic = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEptrMYt3p6/dnordihiSNNwE7ziPZ
YZHKfMyBUK2L9tFWqta5sq9bdAuWcIPnpYskZbhnoffGFytx5zknDMfAdA==
-----END PUBLIC KEY-----
)";

/// RFC 9421 B.1.2, test-key-rsa-pss.
inline constexpr std::string_view kRfc9421RsaPssPublic = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
)";

/// RFC 9421 B.1.4, test-key-ed25519.
inline constexpr std::string_view kRfc9421Ed25519Public = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
)";

inline constexpr std::string_view kRfc9421Ed25519Private = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
)";

/// draft-cavage-http-signatures-12 C.
inline constexpr std::string_view kCavagePublic = R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
)";

inline dunlin::crypto::PrivateKey rsa() {
  return dunlin::crypto::PrivateKey::from_pem(kRsaPrivate).value();
}
inline dunlin::crypto::PrivateKey ed25519() {
  return dunlin::crypto::PrivateKey::from_pem(kRfc9421Ed25519Private).value();
}

}  // namespace test_keys
