use super::*;
use time::macros::datetime;

/// Sets the statuses in a list of `entries`, compares the result with `lst`, and encodes it again.
fn vector(bits: u64, entries: u32, statuses: &[(u32, u8)], lst: &str) {
    let read = StatusList::parse(bits, lst, 1 << 20).unwrap();
    let mut made = StatusList::new(StatusBits::parse(bits).unwrap(), entries);
    for (idx, status) in statuses {
        assert_eq!(read.get(*idx), Some(*status), "{bits} bits at {idx}");
        made.set(*idx, *status);
    }
    assert!(read == made, "{bits} bits: another position has changed");
    assert_eq!(read.len(), usize::try_from(entries).unwrap());
    let json = made.to_json();
    let lst = json["lst"].as_str().unwrap();
    assert_eq!((json["bits"].as_u64(), StatusList::parse(bits, lst, 1 << 20)), (Some(bits), Ok(made)));
}

// draft-ietf-oauth-status-list §4.1 and §4.2
#[test]
fn the_examples_are_packed_from_the_least_significant_bit() {
    let one = StatusList::parse(1, "eNrbuRgAAhcBXQ", 2).unwrap();
    assert_eq!(one.bytes(), [0xb9, 0xa3]);
    let statuses = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1].into_iter();
    vector(1, 16, &(0..).zip(statuses).collect::<Vec<_>>(), "eNrbuRgAAhcBXQ");
    let two = StatusList::parse(2, "eNo76fITAAPfAgc", 3).unwrap();
    assert_eq!(two.bytes(), [0xc9, 0x44, 0xf9]);
    let statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter();
    vector(2, 12, &(0..).zip(statuses).collect::<Vec<_>>(), "eNo76fITAAPfAgc");
}

// Appendix C
#[test]
fn the_test_vectors_are_read_and_written() {
    vector(1, 1 << 20, &PLACES.map(|idx| (idx, 1)), ONE_BIT);
    let statuses = [1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3].into_iter();
    vector(2, 1 << 20, &PLACES.into_iter().zip(statuses).collect::<Vec<_>>(), TWO_BITS);
    vector(4, 1 << 20, &PLACES_OF_FOUR_BITS.into_iter().zip(1..).collect::<Vec<_>>(), FOUR_BITS);
    vector(8, 1 << 20, &PLACES_OF_EIGHT_BITS.into_iter().zip(0..=255).collect::<Vec<_>>(), EIGHT_BITS);
}

#[test]
fn every_status_is_kept_apart_from_its_neighbours() {
    for bits in [StatusBits::One, StatusBits::Two, StatusBits::Four, StatusBits::Eight] {
        let mut list = StatusList::new(bits, 24);
        for idx in 0..24 {
            list.set(idx, u8::MAX);
            let statuses: Vec<u8> = (0..24).map(|other| list.get(other).unwrap()).collect();
            let expected: Vec<u8> = (0..24).map(|other| if other == idx { bits.mask() } else { VALID }).collect();
            assert_eq!(statuses, expected, "{bits:?}");
            list.set(idx, VALID);
        }
    }
}

// §8.3: "Fail if the provided index is out of bounds of the Status List"
#[test]
fn there_is_no_status_beyond_the_end() {
    let mut list = StatusList::new(StatusBits::Two, 5);
    assert_eq!((list.len(), list.get(7), list.get(8), list.get(u32::MAX)), (8, Some(VALID), None, None));
    list.set(8, INVALID);
    assert_eq!(list.bytes(), [0, 0]);
    assert!(StatusList::new(StatusBits::One, 0).is_empty() && !list.is_empty());
}

#[test]
fn what_is_no_list_is_refused() {
    assert_eq!(StatusList::parse(3, "eNrbuRgAAhcBXQ", 2), Err(StatusListRefusal::Bits(3)));
    for (lst, refusal) in [
        ("eNrbuRgAAhcBXQ==", StatusListRefusal::Encoding),
        ("eNrbuRgAAhcBX+", StatusListRefusal::Encoding),
        ("", StatusListRefusal::Compression),
        ("AAAA", StatusListRefusal::Compression),
        ("eNrbuRgAAhcBXA", StatusListRefusal::Compression),
        ("eNrbuRg", StatusListRefusal::Compression),
    ] {
        assert_eq!(StatusList::parse(1, lst, 1 << 20), Err(refusal), "{lst}");
    }
}

#[test]
fn a_small_text_cannot_fill_the_memory() {
    let bomb = StatusList::new(StatusBits::Eight, 1 << 24).to_json();
    let lst = bomb["lst"].as_str().unwrap();
    assert!(lst.len() < 1 << 15, "{}", lst.len());
    assert_eq!(StatusList::parse(8, lst, (1 << 24) - 1), Err(StatusListRefusal::TooLong((1 << 24) - 1)));
    assert_eq!(StatusList::parse(8, lst, 1 << 24).unwrap().len(), 1 << 24);
}

// §5.1
#[test]
fn the_token_says_which_list_it_is_and_for_how_long() {
    let issuer = Issuer::parse("https://login.example.org").unwrap();
    let list = StatusList::parse(1, "eNrbuRgAAhcBXQ", 2).unwrap();
    let token = StatusListToken { issuer: &issuer, id: ListId(0xbeef), list: &list, ttl: Duration::MINUTE };
    let mut claims = token.claims(datetime!(2030-01-01 00:00 UTC));
    let lst = claims["status_list"]["lst"].take();
    assert_eq!(StatusList::parse(1, lst.as_str().unwrap(), 2), Ok(list));
    assert_eq!(
        Value::Object(claims),
        json!({
            "iss": "https://login.example.org",
            "sub": "https://login.example.org/status/0000beef",
            "iat": 1_893_456_000,
            "exp": 1_893_456_300,
            "ttl": 60,
            "status_list": {
                "bits": 1,
                "lst": null,
                "aggregation_uri": "https://login.example.org/status",
            },
        })
    );
    let index = StatusIndex { list: ListId(0xbeef), idx: 7 };
    let uri = "https://login.example.org/status/0000beef";
    assert_eq!(index.claim(&issuer), json!({"status_list": {"idx": 7, "uri": uri}}));
    assert_eq!(aggregation([ListId(0xbeef)].into_iter(), &issuer), json!({"status_lists": [uri]}));
}

#[test]
fn a_list_is_found_by_exactly_its_number() {
    let id = ListId::generate(Entropy::system());
    assert_eq!(ListId::parse(&id.to_string()), Some(id));
    for text in ["", "beef", "0000BEEF", "+000beef", "0000beef0", "0000beeg", "0000bee\u{e9}"] {
        assert_eq!(ListId::parse(text), None, "{text}");
    }
    let index = StatusIndex { list: id, idx: 131_071 };
    assert_eq!(StatusIndex::from_bytes(index.to_bytes()), Some(index));
}

/// The places of appendix C.1 and C.2.
const PLACES: [u32; 11] = [0, 1993, 25_460, 159_495, 495_669, 554_353, 645_645, 723_232, 854_545, 934_534, 1_000_345];

/// Appendix C.1
const ONE_BIT: &str = "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAA\
     ADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb";

/// Appendix C.2
const TWO_BITS: &str = "eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5WwIAAAAA\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAID0ugQA\
     AAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoAAAAAAAAAAAAAAEBqH81gAQw";

/// Appendix C.3; the statuses are 1 to 15.
const PLACES_OF_FOUR_BITS: [u32; 15] = [
    0, 1993, 35_460, 459_495, 595_669, 754_353, 845_645, 923_232, 924_445, 934_534, 1_004_534, 1_000_345, 1_030_203,
    1_030_204, 1_030_205,
];
const FOUR_BITS: &str = "eNrt0EENgDAQADAIHwImkIIEJEwCUpCEBBQRHOy35Li1EjoOQGabAgAAAAAAAAAAAAAAAAAAACC1SQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAAAAAAAAAABADrsCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAADoxaEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAIIoCgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACArpwKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAGhqVkAzlwIAAAAAiGVRAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABx3AoAgLpVAQAAAAAAAAAAAAAAwM89\
     rwMAAAAAAAAAAAjsA9xMBMA";

/// Appendix C.4; the statuses are 0 to 255.
const PLACES_OF_EIGHT_BITS: [u32; 256] = [
    233_478, 52_451, 576_778, 513_575, 468_106, 292_632, 214_947, 182_323, 884_834, 66_653, 62_489, 196_493, 458_517,
    487_925, 55_649, 416_992, 879_796, 462_297, 942_059, 583_408, 13_628, 334_829, 886_286, 713_557, 582_738, 326_064,
    451_545, 705_889, 214_350, 194_502, 796_765, 202_828, 752_834, 721_327, 554_740, 91_122, 963_483, 261_779, 793_844,
    165_255, 614_839, 758_403, 403_258, 145_867, 96_100, 477_937, 606_890, 167_335, 488_197, 211_815, 797_182, 582_952,
    950_870, 765_108, 341_110, 776_325, 745_056, 439_368, 559_893, 149_741, 358_903, 513_405, 342_679, 969_429,
    795_775, 566_121, 460_566, 680_070, 117_310, 480_348, 67_319, 661_552, 841_303, 561_493, 138_807, 442_463, 659_927,
    445_910, 1_046_963, 829_700, 962_282, 299_623, 555_493, 292_826, 517_215, 551_009, 898_490, 837_603, 759_161,
    459_948, 290_102, 1_034_977, 190_650, 98_810, 229_950, 320_531, 335_506, 885_333, 133_227, 806_915, 800_313,
    981_571, 527_253, 24_077, 240_232, 559_572, 713_399, 233_941, 615_514, 911_768, 331_680, 951_527, 6805, 552_366,
    374_660, 223_159, 625_884, 417_146, 320_527, 784_154, 338_792, 1199, 679_804, 1_024_680, 40_845, 234_603, 761_225,
    644_903, 502_167, 121_477, 505_144, 165_165, 179_628, 1_019_195, 145_149, 263_738, 269_256, 996_739, 346_296,
    555_864, 887_384, 444_173, 421_844, 653_716, 836_747, 783_119, 918_762, 946_835, 253_764, 519_895, 471_224,
    134_272, 709_016, 44_112, 482_585, 461_829, 15_080, 148_883, 123_467, 480_125, 141_348, 65_877, 692_958, 148_598,
    499_131, 584_009, 1_017_987, 449_287, 277_478, 991_262, 509_602, 991_896, 853_666, 399_318, 197_815, 203_278,
    903_979, 743_015, 888_308, 862_143, 979_421, 113_605, 206_397, 127_113, 844_358, 711_569, 229_153, 521_470,
    401_793, 398_896, 940_810, 293_983, 884_749, 384_802, 584_151, 970_201, 523_882, 158_093, 929_312, 205_329,
    106_091, 30_949, 195_586, 495_723, 348_779, 852_312, 1_018_463, 1_009_481, 448_260, 841_042, 122_967, 345_269,
    794_764, 4520, 818_773, 556_171, 954_221, 598_210, 887_110, 1_020_623, 324_632, 398_244, 622_241, 456_551, 122_648,
    127_837, 657_676, 119_884, 105_156, 999_897, 330_160, 119_285, 168_005, 389_703, 143_699, 142_524, 493_258,
    846_778, 251_420, 516_351, 83_344, 171_931, 879_178, 663_475, 546_865, 428_362, 658_891, 500_560, 557_034, 830_023,
    274_471, 629_139, 958_869, 663_071, 152_133, 19_535,
];
const EIGHT_BITS: &str = "eNrt0WOQM2kYhtGsbdu2bdu2bdu2bdu2bdu2jVnU1my-SWYm6U5enFPVf7ue97orFYAo7CQBAACQuuckAABStqUEAAAAAAAAtN6wEgAE71QJ\
     AAAAAIrwhwQAAAAAAdtAAgAAAAAAACLwkAQAAAAAAAAAAACUaFcJAACAeJwkAQAAAAAAAABQvL4kAAAAWmJwCQAAAAAAAAjAwBIAAAB06ywJ\
     oDKQBARpfgkAAAAAAAAAAAAAAAAAAACo50sJAAAAAAAAAOiRcSQAAAAAgAJNKgEAAG23mgQAAAAAAECw3pUAQvegBAAAAAAAAADduE4CAAAA\
     yjSvBAAQiw8koHjvSABAb-wlARCONyVoxtMSZOd0CQAAAOjWDRKQmLckAAAAAACysLYEQGcnSAAAAAAQooUlAABI15kSAIH5RAIgLB9LABC4\
     _SUgGZNIAABAmM6RoLbTJIASzCIBAEAhfpcAAAAAAABquk8CAAAAAAAAaJl9SvvzBOICAFWmkIBgfSgBAAAANOgrCQAAAAAAAADStK8EAAC0\
     3gASAAAAAAAAAADFWFUCAAAAMjOaBEADHpYAQjCIBADduFwCAAAAAGitMSSI3BUSAECOHpAA6IHrJQAAAAAAsjeVBAAAKRpVAorWvwQAAAAA\
     AAAAkKRtJAAAAAAAgCbcLAF0bXUJAAAAoF02kYDg7CYBAAAAAEB6NpQAAAAAAAAAAAAAAEr1uQQAAF06VgIAAAAAAAAAqDaeBAAQqgMkAAAA\
     AABogQMlAAAAAAAa87MEAAAQiwslAAAAAAAAAAAAAAAAMrOyBAAAiekv-hcsY0Sgne6QAAAAAAAgaUtJAAAAAAAAAAAAAAAAAAAAAAAAAADw\
     t-07vjVkAAAAgDy8KgFAUEaSAAAAAJL3vgQAWdhcAgAAoBHDSUDo1pQAAACI2o4SAABZm14CALoyuwQAAPznGQkgZwdLAAAQukclAAAAAAAA\
     AAAAgKbMKgEAAAAAAAAAAAAAAAAAAECftpYAAAAAAAAAAAAACnaXBAAAAADk7iMJAAAAAAAAAABqe00CAnGbBBG4TAIAgFDdKgFAXCaWAAAA\
     AAAAAAAAAAAAAKAJQwR72XbGAQAAAKAhh0sAAAAAAABQgO8kAAAAAAAAAAAAACAaM0kAAAC5W0QCAIJ3mAQAxGwxCQAA6nhSAsjZBRIAANEb\
     WQIAAAAAaJE3JACAwA0qAUBIVpKAlphbAiAPp0iQnKEkAAAAAAAgBP1KAAAAdOl4CQAAAAAAAPjLZBIAAG10RtrPm8_CAEBMTpYAAAAAAIjQ\
     YBL8z5QSAAAAAEDYPpUAACAsj0gAAADQkHMlAAjHDxIA0Lg9JQAAgHDsLQEAAABAQS6WAAAAgLjNFs2l_RgLAIAEfCEBlGZZCQAAaIHjJACg\
     tlskAAAozb0SAAAAVFtfAgAAAAAAAAAAAAAAAAAAAAAAAKDDtxIAAAAAVZaTAKB5W0kAANCAsSUgJ0tL0GqHSNBbL0gAZflRAgCARG0kQXNm\
     lgCABiwkAQAAAEB25pIAAAAAAAAAAAAAoFh9SwAAAAAAADWNmOSrpjFsEoaRgDKcF9Q1dxsEAAAAAAAAAAAAAAAAgPZ6SQIAAAAAAAAAgChM\
     LgEAAAAAAAAAqZlQAsK2qQQAAAAAAAD06XUJAAAAqG9bCQAAgLD9IgEAAAAAAAAAAAAAAAAAAEBNe0gAAAAAAAAAAEBPHSEBAAAAlOZtCYA4\
     fS8B0GFRCQAo0gISAOTgNwmC840EAAAAAAAAAAAAAAAAAAAAUJydJfjXPBIAAAAAAAAAAAAAAABk6WwJAAAAAAAAAAAAAAAAqG8UCQAAgPpO\
     lAAAIA83SQAANWwc9HUjGAgAAAAAAACAusaSAAAAAAAAAAAAAAAAAAAAAAAAAAAAqHKVBACQjxklAAAAAAAAAKBHxpQAAAAAACBME0lAdlaU\
     AACyt7sEAAAA0Nl0EgAAAAAAAAAAAABA-8wgAQAAAAAAAKU4SgKgUtlBAgAAAAAAAAAAgMCMLwEE51kJICdzSgCJGl2CsE0tAQAA0L11JQAA\
     AAAAAAjUOhIAAAAAAAAAAAAAAGTqeQkAAAAAAAAAAAAAKM8SEjTrJwkAAAAAAACocqQEULgVJAAAACjDUxJUKgtKAAAAqbpRAgCA0n0mAQAA\
     AABAGzwmAUCTLpUAAAAAAAAAAEjZNRIAAAAAAAAAAAAAAAAAAAAA8I-vJaAlhpQAAAAAAHrvzjJ-OqCuuVlLAojP8BJAr70sQZVDJYAgXS0B\
     AAAAAAAAAAAAtMnyEgAAAAAAFONKCQAAAAAAAADorc0kAAAAAAAAgDqOlgAAAAAAAAAAAADIwv0SAAAAAAAAAAAAAADBuV0CIFVDSwAAAABA\
     AI6RAAAAAGIwrQSEZAsJAABouRclAAAAAKDDrxIAAAA0bkkJgFiMKwEAAAAAAHQyhwRk7h4JAAAAAAAAAAAgatdKAACUYj0JAAAAAAAAAAAA\
     QnORBLTFJRIAAAAAkIaDJAAAAJryngQAAAAAAAAAAAA98oQEAAAAAAAAAEC2zpcgWY9LQKL2kwAgGK9IAAAAAPHaRQIAAAAAAAAAAADIxyoS\
     AAAAAAAAAAAAAADQFotLAECz_gQ1PX-B";
