//! AWS's partitions: separate clouds with their own regions and DNS suffixes.

/// One of AWS's separate clouds. Credentials and hosts of one are not valid in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// The commercial cloud.
    Aws,
    /// China.
    AwsCn,
    /// US government.
    AwsUsGov,
    /// US intelligence, top secret.
    AwsIso,
    /// US intelligence, secret.
    AwsIsoB,
    /// Europe, isolated.
    AwsIsoE,
    /// US, isolated, HCI.
    AwsIsoF,
    /// The European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// The name, as ARNs have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// The suffix of the partition's standard hosts.
    pub(super) fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
            Self::AwsEusc => "amazonaws.eu",
        }
    }

    /// The partition of `label`, if it is a region whose hosts have this partition's suffixes. Only GovCloud and the
    /// commercial cloud share theirs.
    pub(super) fn of_served_region(self, label: &str) -> Option<Self> {
        let partition = partition_of_region(label)?;
        let shares_suffix = self == Self::Aws && partition == Self::AwsUsGov;
        (partition == self || shares_suffix).then_some(partition)
    }
}

/// What the names of regions start with; longer ones before those that they start with themselves.
const REGION_STARTS: [(&str, Partition); 16] = [
    ("us-gov-", Partition::AwsUsGov),
    ("us-iso-", Partition::AwsIso),
    ("us-isob-", Partition::AwsIsoB),
    ("us-isof-", Partition::AwsIsoF),
    ("eu-isoe-", Partition::AwsIsoE),
    ("eusc-de-", Partition::AwsEusc),
    ("cn-", Partition::AwsCn),
    ("us-", Partition::Aws),
    ("eu-", Partition::Aws),
    ("ap-", Partition::Aws),
    ("sa-", Partition::Aws),
    ("ca-", Partition::Aws),
    ("me-", Partition::Aws),
    ("af-", Partition::Aws),
    ("il-", Partition::Aws),
    ("mx-", Partition::Aws),
];

/// The partition of a region, which is read from the form of its name, so that regions to come are known too. None if
/// `region` has no such form; regions are in lower case.
pub fn partition_of_region(region: &str) -> Option<Partition> {
    REGION_STARTS.iter().find_map(|&(start, partition)| {
        let (place, number) = region.strip_prefix(start)?.split_once('-')?;
        let place_ok = !place.is_empty() && place.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9'));
        let number_ok = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        (place_ok && number_ok).then_some(partition)
    })
}

/// Whether `text` has the form of a region's name.
pub fn is_region(text: &str) -> bool {
    partition_of_region(text).is_some()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn regions_tell_their_partition() {
        for (region, partition) in [
            ("us-east-1", Partition::Aws),
            ("ap-southeast-7", Partition::Aws),
            ("mx-central-1", Partition::Aws),
            ("il-central-1", Partition::Aws),
            ("cn-northwest-1", Partition::AwsCn),
            ("us-gov-west-1", Partition::AwsUsGov),
            ("us-iso-east-1", Partition::AwsIso),
            ("us-isob-west-1", Partition::AwsIsoB),
            ("us-isof-south-1", Partition::AwsIsoF),
            ("eu-isoe-west-1", Partition::AwsIsoE),
            ("eusc-de-east-1", Partition::AwsEusc),
        ] {
            assert_eq!(partition_of_region(region), Some(partition), "{region}");
        }
    }

    #[test]
    fn what_only_resembles_a_region_is_none() {
        for text in [
            "",
            "-",
            "us",
            "us-east",
            "us-east-",
            "us--1",
            "us-east-1a",
            "us-east-1-2",
            "US-EAST-1",
            "xx-east-1",
            "eusc-fr-east-1",
            "website-us-east-1",
            " us-east-1",
            "us-e.st-1",
            "us-é-1",
            "aws-global",
        ] {
            assert!(!is_region(text), "{text:?}");
        }
    }
}
