"""The private bucket of the monthly reports."""

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import KEY_FOR_READING, KEY_FOR_WRITING, Grant, tls_only

REPORTS_PREFIX = "reports/"


class ReportBucket(pulumi.ComponentResource):
    """A private, encrypted bucket that forgets a report after `ossi:reportRetentionDays`."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the bucket; Pulumi gives it the name `ossi-<stack>-<name>-<random>`, as bucket names are global."""
        super().__init__("ossi:data:ReportBucket", name, None, opts)
        key = deployment.settings.kms_key_arn
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            deployment.name(name),
            # Without protection the bucket goes away together with the reports in it.
            force_destroy=not deployment.protected,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, protect=deployment.protected),
        )
        aws.s3.BucketOwnershipControls(
            name,
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key
                    ),
                    # One data key for many files, so that KMS is asked, and paid, less often.
                    bucket_key_enabled=True if key else None,
                )
            ],
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="forget-reports",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=REPORTS_PREFIX),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(
                        days=deployment.settings.report_retention_days
                    ),
                )
            ],
            opts=child,
        )
        access_block = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=tls_only(bucket.arn),
            # S3 refuses two changes of a bucket's access at the same moment.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access_block]),
        )
        self._arn = bucket.arn
        self.name = bucket.bucket
        self.register_outputs({"name": self.name, "arn": bucket.arn})

    def grant_reports(self, sid: str, action: str) -> Grant:
        """Returns the right to do an S3 action, named without its prefix, with the reports and nothing else."""
        key_actions = KEY_FOR_READING if action.startswith("Get") else KEY_FOR_WRITING
        files = pulumi.Output.concat(self._arn, "/", REPORTS_PREFIX, "*")
        return Grant(sid, (f"s3:{action}",), files, key_actions=key_actions)
