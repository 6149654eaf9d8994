"""S3 buckets and their settings."""

from typing import Any

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


@resource("aws:s3/bucket:Bucket")
def bucket(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a bucket. Its settings are resources of their own; the inline ones are not understood."""
    client = cloud.clients.client("s3")
    name = cloud.physical_name(logical, inputs, key="bucket", limit=63)
    inputs.flag("forceDestroy")  # says how to delete
    region: Any = cloud.region
    if not any(found.get("Name") == name for found in client.list_buckets()["Buckets"]):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    return {
        "id": name,
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucketRegion": cloud.region,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{cloud.region}.amazonaws.com",
    }


@resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
def public_access_block(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Says what kinds of public access a bucket refuses."""
    name = inputs.text("bucket")
    inputs.flag("skipDestroy")  # says how to delete
    cloud.clients.client("s3").put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": inputs.flag("blockPublicAcls"),
            "BlockPublicPolicy": inputs.flag("blockPublicPolicy"),
            "IgnorePublicAcls": inputs.flag("ignorePublicAcls"),
            "RestrictPublicBuckets": inputs.flag("restrictPublicBuckets"),
        },
    )
    return {"id": name}


@resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
def encryption(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Says how a bucket encrypts what is put into it."""
    name = inputs.text("bucket")
    rules: list[Any] = []
    for rule in inputs.groups("rules"):
        default = rule.group("applyServerSideEncryptionByDefault")
        rules.append(
            given(
                ApplyServerSideEncryptionByDefault=default
                and given(
                    SSEAlgorithm=default.text("sseAlgorithm"), KMSMasterKeyID=default.maybe_text("kmsMasterKeyId")
                ),
                BucketKeyEnabled=rule.maybe_flag("bucketKeyEnabled"),
            )
        )
    cloud.clients.client("s3").put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    return {"id": name}


@resource("aws:s3/bucketVersioning:BucketVersioning")
def versioning(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Switches a bucket's versioning."""
    name = inputs.text("bucket")
    group = inputs.group("versioningConfiguration")
    if group is None:
        raise InputError("the input versioningConfiguration is missing")
    cloud.clients.client("s3").put_bucket_versioning(
        Bucket=name, **given(VersioningConfiguration={"Status": group.text("status")})
    )
    return {"id": name}


@resource("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
def ownership_controls(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Says who owns what others put into a bucket."""
    name = inputs.text("bucket")
    rule = inputs.group("rule")
    if rule is None:
        raise InputError("the input rule is missing")
    controls = {"Rules": [{"ObjectOwnership": rule.text("objectOwnership")}]}
    cloud.clients.client("s3").put_bucket_ownership_controls(Bucket=name, **given(OwnershipControls=controls))
    return {"id": name}


@resource("aws:s3/bucketPolicy:BucketPolicy")
def policy(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Sets a bucket's policy."""
    name, document = inputs.text("bucket"), inputs.json_text("policy")
    if document is None:
        raise InputError("the input policy is missing")
    cloud.clients.client("s3").put_bucket_policy(Bucket=name, Policy=document)
    return {"id": name}


@resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
def lifecycle(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Says when a bucket's objects expire."""
    name = inputs.text("bucket")
    rules: list[Any] = [_lifecycle_rule(rule) for rule in inputs.groups("rules")]
    cloud.clients.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    return {"id": name}


def _lifecycle_rule(rule: Inputs) -> dict[str, Any]:
    chosen, expiration = rule.group("filter"), rule.group("expiration")
    old_versions, uploads = rule.group("noncurrentVersionExpiration"), rule.group("abortIncompleteMultipartUpload")
    return given(
        ID=rule.text("id"),
        Status=rule.text("status"),
        # S3 wants a filter in each rule; an empty prefix chooses everything.
        Filter={"Prefix": (chosen.maybe_text("prefix") if chosen else None) or ""},
        Expiration=expiration
        and given(
            Days=expiration.maybe_number("days"),
            ExpiredObjectDeleteMarker=expiration.maybe_flag("expiredObjectDeleteMarker"),
        ),
        NoncurrentVersionExpiration=old_versions
        and given(
            NoncurrentDays=old_versions.maybe_number("noncurrentDays"),
            NewerNoncurrentVersions=old_versions.maybe_number("newerNoncurrentVersions"),
        ),
        AbortIncompleteMultipartUpload=uploads
        and given(DaysAfterInitiation=uploads.maybe_number("daysAfterInitiation")),
    )
