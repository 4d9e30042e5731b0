const list = `
12345678 123456789 1234567890 123123123 11111111 00000000 87654321 987654321 11223344 12341234 password password1
password12 password123 password1234 passw0rd p@ssword p@ssw0rd qwertyui qwerty12 qwerty123 qwerty1234 qwertyuiop
1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx qazwsxedc asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 iloveyou iloveyou1
sunshine sunshine1 princess princess1 football football1 baseball basketball superman superman1 batman123 spiderman
starwars trustno1 letmein1 letmein123 welcome1 welcome123 welcome12 administrator admin123 admin1234 changeme
changeme1 changeme123 secret123 michael1 jennifer jordan23 michelle computer internet samsung1 whatever corvette
mercedes maverick marlboro liverpool chelsea1 arsenal1 pokemon1 pokemon123 dragon123 monkey123 shadow123 master123
freedom1 charlie1 hello123 helloworld hellohello abcd1234 abc12345 abcdefgh abcdefg1 a1b2c3d4 aa123456 aaaaaaaa
asdf1234 qwer1234 zxcv1234 test1234 testtest testing1 testing123 temp1234 default1 guest123 root1234 toor1234
summer2023 summer2024 summer2025 summer2026 winter2023 winter2024 winter2025 winter2026 spring2024 spring2025
autumn2024 autumn2025 company1 company123 football123 baseball1 cheese123 chocolate butterfly elephant danielle
victoria alexander nicholas patricia benjamin christian stephanie elizabeth slipknot metallica blink182 greenday
babygirl babygirl1 lovelove loveyou1 fuckyou1 fuckyou2 asshole1 access14 mustang1 ferrari1 porsche1 yamaha123
steelers cowboys1 eagles123 yankees1 redsox123 lakers24 packers1 barcelona realmadrid juventus manchester
1234qwer 123qweasd 123456aa 123456ab 123456abc 123abc123 12qwaszx 147258369 159357159 159753456 789456123 741852963
22222222 33333333 44444444 55555555 66666666 77777777 88888888 99999999 10203040 13131313 12121212 21212121 69696969
01234567 012345678 0123456789 12344321 123454321 1234567a 1234567891 correcthorsebatterystaple
`;

/** Passwords of eight characters or more that guessing begins with. In lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(list.trim().split(/\s+/));
