//! Host to signing service, region and partition.
