//! How the digits of a number agree, country by country. Each function gets what follows the letters
//! of the country, which has one of the country's forms already.

/// The digits of a text, in order; letters are passed over.
fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|it| it.to_digit(10)).collect()
}

/// The sum of digits, each times its weight. What has no weight counts nothing.
fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// A text of digits as a number; nothing larger than 12 digits is asked for.
fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// Whether the last digit is what its predecessors lead to.
fn ends_with(digits: &[u32], check: impl FnOnce(&[u32]) -> u32) -> bool {
    digits.split_last().is_some_and(|(last, before)| check(before) == *last)
}

/// A letter's place in an alphabet; `None` if it is not there.
fn place(alphabet: &str, letter: char) -> Option<u64> {
    alphabet.chars().zip(0..).find(|(it, _)| *it == letter).map(|it| it.1)
}

/// A digit, and every second one twice, as the sum of the digits of that.
fn doubled((at, digit): (usize, &u32)) -> u32 {
    if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }
}

/// The formula of Luhn: every second digit from the last but one on counts twice.
fn luhn(digits: &[u32]) -> bool {
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// ISO 7064, Mod 11, 10.
fn is_mod_11_10(digits: &[u32]) -> bool {
    ends_with(digits, |before| {
        let product = before.iter().fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        (11 - product) % 10
    })
}

pub(super) fn austria(rest: &str) -> bool {
    let sum = |it: &[u32]| it.iter().enumerate().map(doubled).sum::<u32>();
    ends_with(&digits(rest), |it| (96 - sum(it)) % 10)
}

pub(super) fn belgium(rest: &str) -> bool {
    let (before, check) = rest.split_at(8);
    (number(before) + number(check)).is_multiple_of(97)
}

pub(super) fn bulgaria(rest: &str) -> bool {
    let digits = digits(rest);
    let is_legal = |before: &[u32]| {
        let first = weighed(before, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let again = weighed(before, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11;
        if first == 10 { again % 10 } else { first }
    };
    if digits.len() == 9 {
        return ends_with(&digits, is_legal);
    }
    // Of citizens, of foreigners, and of others.
    let citizen = |it: &[u32]| weighed(it, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let foreigner = |it: &[u32]| weighed(it, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
    let someone = |it: &[u32]| (11 - weighed(it, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    ends_with(&digits, citizen) || ends_with(&digits, foreigner) || ends_with(&digits, someone)
}

pub(super) fn switzerland(rest: &str) -> bool {
    ends_with(&digits(rest), |it| (11 - weighed(it, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11)
}

pub(super) fn cyprus(rest: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let one = |(at, digit): (usize, &u32)| match usize::try_from(*digit) {
        Ok(digit) if at % 2 == 0 => ODD[digit],
        Ok(_) | Err(_) => *digit,
    };
    let sum: u32 = digits(&rest[..8]).iter().enumerate().map(one).sum();
    let letter = char::from_digit(sum % 26 + 10, 36).map(|it| it.to_ascii_uppercase());
    !rest.starts_with("12") && letter == rest.chars().last()
}

pub(super) fn czechia(rest: &str) -> bool {
    let digits = digits(rest);
    let sum = |it: &[u32]| weighed(it, &[8, 7, 6, 5, 4, 3, 2]);
    match digits.len() {
        8 => {
            let check = |it: &[u32]| match (11 - sum(it) % 11) % 11 {
                0 => 1,
                check => check % 10,
            };
            digits[0] != 9 && ends_with(&digits, check)
        }
        9 if digits[0] == 6 => ends_with(&digits[1..], |it| {
            let check = sum(it) % 11;
            (18 - (21 - check) % 11) % 10
        }),
        // Numbers of birth had no check digit before 1954.
        9 => true,
        _ => number(&rest[..9]) % 11 % 10 == u64::from(digits[9]),
    }
}

pub(super) fn germany(rest: &str) -> bool {
    !rest.starts_with('0') && is_mod_11_10(&digits(rest))
}

pub(super) fn denmark(rest: &str) -> bool {
    !rest.starts_with('0') && weighed(&digits(rest), &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn estonia(rest: &str) -> bool {
    weighed(&digits(rest), &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

pub(super) fn greece(rest: &str) -> bool {
    let weigh = |it: &[u32]| weighed(it, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10;
    ends_with(&digits(rest), weigh)
}

/// The letter that goes with a Spanish number of persons.
fn spanish_letter(number: u64) -> Option<char> {
    let place = usize::try_from(number % 23).ok()?;
    "TRWAGMYFPDXBNJZSQVHLCKE".chars().nth(place)
}

pub(super) fn spain(rest: &str) -> bool {
    let (Some(first), Some(last)) = (rest.chars().next(), rest.chars().last()) else {
        return false;
    };
    let middle = &rest[1..8];
    match first {
        'K' | 'L' | 'M' => spanish_letter(number(middle)) == Some(last),
        '0'..='9' => spanish_letter(number(&rest[..8])) == Some(last),
        'X' | 'Y' | 'Z' => {
            let whole = place("XYZ", first).map(|it| format!("{it}{middle}"));
            whole.and_then(|it| spanish_letter(number(&it))) == Some(last)
        }
        // Organizations: one digit more, by Luhn, or the letter in its place.
        _ if "ABCDEFGHJNPQRSUVW".contains(first) => (0..10).any(|check| {
            let mut all = digits(middle);
            all.push(check);
            let letter = "JABCDEFGHI".chars().zip(0..).find(|it| it.1 == check).map(|it| it.0);
            luhn(&all) && (last.to_digit(10) == Some(check) || Some(last) == letter)
        }),
        _ => false,
    }
}

pub(super) fn finland(rest: &str) -> bool {
    weighed(&digits(rest), &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)
}

pub(super) fn france(rest: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, company) = rest.split_at(2);
    // Monaco's numbers begin with zeros and are not in the French register of companies.
    if !company.starts_with("000") && !luhn(&digits(company)) {
        return false;
    }
    let company = number(company);
    if key.bytes().all(|it| it.is_ascii_digit()) {
        return number(key) == (company * 100 + 12) % 97;
    }
    let mut places = key.chars().map(|it| place(ALPHABET, it));
    let (Some(Some(first)), Some(Some(second))) = (places.next(), places.next()) else {
        return false;
    };
    let is_number = first < 10;
    let of_key = if is_number { first * 24 + second } else { first * 34 + second };
    let of_key = of_key.checked_sub(if is_number { 10 } else { 100 });
    of_key.is_some_and(|it| (company + 1 + it / 11) % 11 == it % 11)
}

pub(super) fn united_kingdom(rest: &str) -> bool {
    if let Some(office) = rest.strip_prefix("GD") {
        return number(office) < 500;
    }
    if let Some(hospital) = rest.strip_prefix("HA") {
        return number(hospital) >= 500;
    }
    let sum = weighed(&digits(&rest[..9]), &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    sum == 0 || (number(&rest[..3]) >= 100 && [42, 55].contains(&sum))
}

pub(super) fn croatia(rest: &str) -> bool {
    is_mod_11_10(&digits(rest))
}

pub(super) fn hungary(rest: &str) -> bool {
    weighed(&digits(rest), &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
}

pub(super) fn ireland(rest: &str) -> bool {
    const ALPHABET: &str = "WABCDEFGHIJKLMNOPQRSTUV";
    const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
    let letters: Vec<char> = rest.chars().collect();
    let is_new = letters[1].is_ascii_digit();
    // Older numbers have a letter in the second place; their first digit counts last.
    let seven =
        if is_new { rest[..7].to_owned() } else { format!("0{}{}", &rest[2..7], letters[0]) };
    let more = letters.get(8).map_or(Some(0), |it| place(ALPHABET, *it));
    let sum = u64::from(weighed(&digits(&seven), &WEIGHTS));
    more.and_then(|it| usize::try_from((sum + 9 * it) % 23).ok())
        .is_some_and(|it| ALPHABET.chars().nth(it) == Some(letters[7]))
}

pub(super) fn italy(rest: &str) -> bool {
    let province = number(&rest[7..10]);
    let is_there = matches!(province, 1..=100 | 120 | 121 | 888 | 999);
    number(&rest[..7]) > 0 && is_there && luhn(&digits(rest))
}

pub(super) fn lithuania(rest: &str) -> bool {
    let digits = digits(rest);
    let sum = |before: &[u32], from: u32| -> u32 {
        let weights = (0..).map(|at| 1 + (at + from) % 9);
        before.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
    };
    let check = |before: &[u32]| match sum(before, 0) % 11 {
        10 => sum(before, 2) % 11 % 10,
        check => check,
    };
    digits[digits.len() - 2] == 1 && ends_with(&digits, check)
}

pub(super) fn luxembourg(rest: &str) -> bool {
    number(&rest[..6]) % 89 == number(&rest[6..])
}

pub(super) fn latvia(rest: &str) -> bool {
    let digits = digits(rest);
    if digits[0] > 3 {
        return weighed(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    }
    // Of persons.
    let check = |it: &[u32]| (1 + weighed(it, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    ends_with(&digits, check)
}

pub(super) fn malta(rest: &str) -> bool {
    !rest.starts_with('0') && weighed(&digits(rest), &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
}

pub(super) fn netherlands(rest: &str) -> bool {
    if number(&rest[..9]) == 0 || number(&rest[10..]) == 0 {
        return false;
    }
    let of_citizens =
        ends_with(&digits(&rest[..9]), |it| weighed(it, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    of_citizens || is_mod_97(&format!("NL{rest}"))
}

/// ISO 7064, Mod 97, 10, letters counting from ten on.
fn is_mod_97(text: &str) -> bool {
    let add =
        |sum: u32, it: u32| if it < 10 { (sum * 10 + it) % 97 } else { (sum * 100 + it) % 97 };
    text.chars().filter_map(|it| it.to_digit(36)).fold(0, add) == 1
}

pub(super) fn norway(rest: &str) -> bool {
    weighed(&digits(rest), &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn poland(rest: &str) -> bool {
    ends_with(&digits(rest), |it| weighed(it, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11)
}

pub(super) fn portugal(rest: &str) -> bool {
    let check = |it: &[u32]| (11 - weighed(it, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    !rest.starts_with('0') && ends_with(&digits(rest), check)
}

pub(super) fn romania(rest: &str) -> bool {
    let padded = format!("{rest:0>10}");
    let check = |it: &[u32]| 10 * weighed(it, &[7, 5, 3, 2, 1, 7, 5, 3, 2]) % 11 % 10;
    !rest.starts_with('0') && ends_with(&digits(&padded), check)
}

pub(super) fn sweden(rest: &str) -> bool {
    rest.ends_with("01") && luhn(&digits(&rest[..10]))
}

pub(super) fn slovenia(rest: &str) -> bool {
    let check = |it: &[u32]| match 11 - weighed(it, &[8, 7, 6, 5, 4, 3, 2]) % 11 {
        10 => 0,
        // No number ends so.
        check => check,
    };
    !rest.starts_with('0') && ends_with(&digits(rest), check)
}

pub(super) fn slovakia(rest: &str) -> bool {
    let digits = digits(rest);
    digits[0] != 0 && [2, 3, 4, 7, 8, 9].contains(&digits[2]) && number(rest).is_multiple_of(11)
}
