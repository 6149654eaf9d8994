"""IAM roles and their policies."""

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


@resource("aws:iam/role:Role")
def role(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a role or updates its trust policy and session length."""
    client = cloud.clients.client("iam")
    name = cloud.physical_name(logical, inputs)
    trust = inputs.json_text("assumeRolePolicy")
    if trust is None:
        raise InputError("the input assumeRolePolicy is missing")
    settings = given(
        Description=inputs.maybe_text("description"), MaxSessionDuration=inputs.maybe_number("maxSessionDuration")
    )
    path = inputs.maybe_text("path")
    inputs.flag("forceDetachPolicies")  # says how to delete
    try:
        client.get_role(RoleName=name)
    except client.exceptions.NoSuchEntityException:
        client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **given(Path=path), **settings)
    else:
        client.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        client.update_role(RoleName=name, **settings)
    made = client.get_role(RoleName=name)["Role"]
    return {"id": name, "name": name, "arn": made["Arn"], "uniqueId": made["RoleId"]}


@resource("aws:iam/rolePolicy:RolePolicy")
def role_policy(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Puts an inline policy on a role."""
    name = cloud.physical_name(logical, inputs, limit=128)
    role_name = inputs.text("role")
    policy = inputs.json_text("policy")
    if policy is None:
        raise InputError("the input policy is missing")
    cloud.clients.client("iam").put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=policy)
    return {"id": f"{role_name}:{name}", "name": name}


@resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
def role_policy_attachment(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Attaches a managed policy to a role."""
    role_name, policy = inputs.text("role"), inputs.text("policyArn")
    cloud.clients.client("iam").attach_role_policy(RoleName=role_name, PolicyArn=policy)
    return {"id": f"{role_name}-{logical}"}
