"""The templates of CloudFront, alarms, firewall and database, checked as data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gallery.storage.signed_urls import LIFETIME_SECONDS, browser_caching
from infra import stacks
from infra.deploy.stages import TEMPLATES
from infra.provision import Parameters, stack_request
from tests.templates import load, resources_of
from thumbworker.contract import policy
from thumbworker.contract.metrics import NAMESPACE, STAGE, UNAVAILABLE
from thumbworker.metrics import CRASHED, FUNCTION, REASON, UNITS

SITE = load("site")["Resources"]
WATCH = load("watch")["Resources"]
DATABASE = load("database")["Resources"]
ALARMS = {
    name: found["Properties"] for name, found in WATCH.items() if found["Type"] == "AWS::CloudWatch::Alarm"
}
PROJECT = Path(__file__).resolve().parents[2]


def distribution(name: str) -> dict[str, Any]:
    return SITE[name]["Properties"]["DistributionConfig"]


class TestSite:
    def test_pictures__require_signed_urls(self) -> None:
        behavior = distribution("PicturesDistribution")["DefaultCacheBehavior"]
        assert behavior["TrustedKeyGroups"]["Fn::If"][:2] == ["Signed", [{"Ref": "SigningKeys"}]]
        assert "CacheBehaviors" not in distribution("PicturesDistribution")

    def test_pictures__require_a_key_with_tls(self) -> None:
        rule = load("site")["Rules"]["PicturesAreSigned"]
        assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "RequireTls"}, "true"]}
        assert load("site")["Parameters"]["RequireTls"]["Default"] == "true"

    def test_pictures__cannot_run_as_a_page(self) -> None:
        config = SITE["PictureHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
        security = config["SecurityHeadersConfig"]
        assert security["ContentTypeOptions"]["Override"]
        policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
        assert {"sandbox", "default-src 'none'"} <= set(policy.split("; "))
        headers = {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        # The signed URL sets it; set here, browsers would cache refusals too.
        assert "Cache-Control" not in headers

    def test_pictures__are_cached_at_the_edge_no_longer_than_an_address_lives(self) -> None:
        config = SITE["PictureCache"]["Properties"]["CachePolicyConfig"]
        # With a MinTTL of 0 CloudFront obeys "private" and caches nothing.
        assert config["MinTTL"] == config["DefaultTTL"] == config["MaxTTL"] == LIFETIME_SECONDS
        key = config["ParametersInCacheKeyAndForwardedToOrigin"]
        # S3 answers with the headers that the address signs, so a copy belongs to one window.
        assert key["QueryStringsConfig"]["QueryStringBehavior"] == "whitelist"
        assert set(key["QueryStringsConfig"]["QueryStrings"]) == set(browser_caching(0))
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}

    def test_buckets__are_read_only_by_cloudfront(self) -> None:
        for found in (distribution("SiteDistribution"), distribution("PicturesDistribution")):
            for origin in found["Origins"]:
                if "S3OriginConfig" in origin:
                    assert origin["OriginAccessControlId"] == {"Ref": "BucketAccess"}
        config = SITE["BucketAccess"]["Properties"]["OriginAccessControlConfig"]
        assert (config["SigningBehavior"], config["SigningProtocol"]) == ("always", "sigv4")
        (statement, _) = SITE["StaticBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]

    def test_gateway__gets_the_secret_over_tls(self) -> None:
        (gateway,) = [
            origin for origin in distribution("SiteDistribution")["Origins"] if origin["Id"] == "gateway"
        ]
        assert gateway["OriginCustomHeaders"] == [
            {"HeaderName": "X-Origin-Secret", "HeaderValue": {"Ref": "OriginSecret"}}
        ]
        assert gateway["CustomOriginConfig"]["OriginProtocolPolicy"]["Fn::If"][1] == "https-only"
        assert load("site")["Parameters"]["OriginSecret"]["NoEcho"]

    def test_pages__are_shared_for_at_most_a_minute_and_not_across_cookies(self) -> None:
        config = SITE["PageCache"]["Properties"]["CachePolicyConfig"]
        assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 0, 60)
        assert config["ParametersInCacheKeyAndForwardedToOrigin"]["CookiesConfig"] == {
            "CookieBehavior": "all"
        }

    def test_pages__are_stored_by_no_browser(self) -> None:
        config = SITE["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
        (header,) = config["CustomHeadersConfig"]["Items"]
        assert header == {"Header": "Cache-Control", "Value": "private, no-store", "Override": True}
        behavior = SITE["SiteDistribution"]["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]
        assert behavior["ResponseHeadersPolicyId"] == {"Ref": "PageHeaders"}

    def test_gateway__gets_all_headers_but_host(self) -> None:
        config = SITE["PageRequest"]["Properties"]["OriginRequestPolicyConfig"]
        assert config["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["Host"]}

    def test_visitors__are_redirected_to_tls(self) -> None:
        behavior = distribution("SiteDistribution")["DefaultCacheBehavior"]
        assert behavior["ViewerProtocolPolicy"]["Fn::If"][1] == "redirect-to-https"

    @pytest.mark.parametrize(
        ("name", "condition", "domain"),
        [
            ("SiteDistribution", "HasDomain", "DomainName"),
            ("PicturesDistribution", "HasPicturesDomain", "PicturesDomainName"),
        ],
    )
    def test_visitors__need_tls_1_2_where_a_domain_is_given(
        self, name: str, condition: str, domain: str
    ) -> None:
        config = distribution(name)
        chosen, own, default = config["ViewerCertificate"]["Fn::If"]
        assert chosen == condition
        assert own == {
            "AcmCertificateArn": {"Ref": "CertificateArn"},
            "MinimumProtocolVersion": "TLSv1.2_2021",
            "SslSupportMethod": "sni-only",
        }
        # AWS allows no minimum with its own certificate. docs/deploy.md says so.
        assert default == {"CloudFrontDefaultCertificate": True}
        assert config["Aliases"]["Fn::If"][:2] == [condition, [{"Ref": domain}]]

    @pytest.mark.parametrize("name", ["SiteDistribution", "PicturesDistribution"])
    def test_firewall_and_logs__are_in_front_of_both(self, name: str) -> None:
        config = distribution(name)
        assert config["WebACLId"]["Fn::If"][:2] == ["HasFirewall", {"Ref": "WebAclArn"}]
        condition, log, otherwise = config["Logging"]["Fn::If"]
        assert (condition, otherwise) == ("HasAccessLogs", {"Ref": "AWS::NoValue"})
        # A session's cookie in a log would be the session.
        assert log["IncludeCookies"] is False
        assert load("site")["Parameters"]["AccessLogBucket"]["Default"] == ""


class TestWatch:
    @pytest.mark.parametrize(
        ("alarm", "metric"),
        [
            ("DeadLetters", "ApproximateNumberOfMessagesVisible"),
            ("ImportDeadLetters", "ApproximateNumberOfMessagesVisible"),
            ("QueueAge", "ApproximateAgeOfOldestMessage"),
            ("WorkerErrors", "Errors"),
            ("WorkerThrottles", "Throttles"),
            ("WebErrors", "5xx"),
            ("WebThrottles", "Throttles"),
            ("SweepGone", "SweepRuns"),
            ("SweepStopped", "SweepStopped"),
            ("WorkerCrashes", CRASHED),
            ("StoresUnavailable", UNAVAILABLE),
            ("FailureRate", "Failed"),
        ],
    )
    def test_alarm__has_its_metric(self, alarm: str, metric: str) -> None:
        assert ALARMS[alarm]["MetricName"] == metric

    def test_stores_unavailable__counts_all_programs_and_ignores_a_moment(self) -> None:
        alarm = ALARMS["StoresUnavailable"]
        assert (alarm["Namespace"], alarm["Dimensions"]) == (
            NAMESPACE,
            [{"Name": STAGE, "Value": {"Ref": "Stage"}}],
        )
        assert (alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("Sum", 0, 2)

    def test_failure_rate__is_a_median_of_enough_photos(self) -> None:
        alarm = ALARMS["FailureRate"]
        assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p50", 0.5)
        assert alarm["EvaluateLowSampleCountPercentile"] == "ignore"
        assert alarm["Dimensions"][1] == {"Name": FUNCTION, "Value": "thumbnails"}

    def test_alarms__notify_the_operator(self) -> None:
        assert all(alarm["AlarmActions"] == [{"Ref": "OperatorTopic"}] for alarm in ALARMS.values())

    def test_sweep_gone__alarms_without_data(self) -> None:
        assert ALARMS["SweepGone"]["TreatMissingData"] == "breaching"
        assert ALARMS["SweepGone"]["Period"] == {"Ref": "SweepGoneSeconds"}
        assert {alarm["TreatMissingData"] for name, alarm in ALARMS.items() if name != "SweepGone"} == {
            "notBreaching"
        }

    def test_alarms__have_a_section_in_the_runbook(self) -> None:
        runbook = (PROJECT / "docs" / "runbook.md").read_text()
        for alarm in ALARMS.values():
            (title,) = re.findall(r'"([a-z-]+)"', alarm["AlarmDescription"])
            assert alarm["AlarmName"]["Fn::Sub"].endswith(title)
            assert f"## {title}" in runbook

    def test_alarms__use_the_names_of_the_main_template(self) -> None:
        names = {
            str(found["Properties"].get(key, {}).get("Fn::Sub", ""))
            for kind, key in (("AWS::SQS::Queue", "QueueName"), ("AWS::Lambda::Function", "FunctionName"))
            for found in resources_of(kind).values()
        } | {"contactsheet-web-${Stage}"}
        for alarm in ALARMS.values():
            for dimension in alarm["Dimensions"]:
                if dimension["Name"] in {"QueueName", "FunctionName"}:
                    assert dimension["Value"]["Fn::Sub"] in names

    def test_dashboard__is_json(self) -> None:
        body = json.loads(WATCH["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
        places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
        assert len(places) == len(set(places)) == 9

    def test_dashboard__shows_every_metric_of_the_workers(self) -> None:
        body = json.loads(WATCH["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
        rows = [row for widget in body["widgets"] for row in widget["properties"]["metrics"]]
        ours = [row for row in rows if row[0] == NAMESPACE and row[1] in UNITS]
        assert {row[1] for row in ours} == set(UNITS)
        of_all = {row[1]: row[2:4] for row in ours if FUNCTION not in row}
        assert of_all == {name: [STAGE, "${Stage}"] for name in (CRASHED, UNAVAILABLE)}
        for row in (row for row in ours if row[1] not in of_all):
            assert row[2:5] == [STAGE, "${Stage}", FUNCTION]
            assert row[5] in {"thumbnails", "imports"}
        searched = [row[0]["expression"] for row in rows if "expression" in row[0]]
        assert len(searched) == 2
        assert all(f"{{{NAMESPACE},{STAGE},{FUNCTION},{REASON}}}" in expression for expression in searched)

    def test_budget__warns_before_it_is_spent(self) -> None:
        notifications = WATCH["Budget"]["Properties"]["NotificationsWithSubscribers"]
        assert [entry["Notification"]["Threshold"] for entry in notifications] == [80, 100]


class TestFirewall:
    RULES = load("firewall")["Resources"]["Firewall"]["Properties"]["Rules"]

    def test_firewall__limits_each_address(self) -> None:
        for rule in self.RULES:
            assert rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
            assert "Block" in rule["Action"]

    def test_pictures__do_not_use_up_the_limit_of_pages(self) -> None:
        pages, all_requests = (rule["Statement"]["RateBasedStatement"] for rule in self.RULES)
        match = pages["ScopeDownStatement"]["NotStatement"]["Statement"]["RegexMatchStatement"]
        # Clean copies come from S3, not from here.
        keys = [
            key
            for key in policy.every_rendition_key(UUID(int=7))
            if not key.startswith(f"{policy.CLEAN_COPY}/")
        ]
        assert all(re.fullmatch(match["RegexString"], f"/{key}") for key in keys)
        for path in ("/", "/photos/", f"/photos/{UUID(int=7)}/", f"/320/{UUID(int=7)}/"):
            assert not re.fullmatch(match["RegexString"], path)
        assert "ScopeDownStatement" not in all_requests
        limits = load("firewall")["Parameters"]
        assert limits["PicturesInFiveMinutes"]["Default"] >= 10 * limits["RequestsInFiveMinutes"]["Default"]


class TestDatabase:
    def test_database__leaves_a_snapshot_of_a_deleted_stack(self) -> None:
        cluster = DATABASE["Cluster"]
        assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
        assert cluster["Properties"]["DeletionProtection"]
        assert cluster["Properties"]["StorageEncrypted"]

    def test_database__pauses(self) -> None:
        scaling = DATABASE["Cluster"]["Properties"]["ServerlessV2ScalingConfiguration"]
        assert scaling["MinCapacity"] == 0
        parameters = DATABASE["Settings"]["Properties"]["Parameters"]
        assert int(parameters["idle_session_timeout"]) == 300_000
        assert parameters["rds.force_ssl"] == "1"

    def test_network__has_endpoints_and_no_nat(self) -> None:
        endpoints = {
            found["Properties"]["ServiceName"]["Fn::Sub"].rsplit(".", 1)[-1]: found["Properties"]
            for found in DATABASE.values()
            if found["Type"] == "AWS::EC2::VPCEndpoint"
        }
        kinds = {name: found["VpcEndpointType"] for name, found in endpoints.items()}
        # An interface costs by the hour and subnet; the password can be read by no other way.
        assert kinds == {"s3": "Gateway", "dynamodb": "Gateway", "secretsmanager": "Interface"}
        assert len(endpoints["secretsmanager"]["SubnetIds"]) == 1
        kinds = {found["Type"] for found in DATABASE.values()}
        assert not {"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway"} & kinds

    def test_database__is_reached_only_by_the_web(self) -> None:
        (rule,) = DATABASE["DatabaseSecurityGroup"]["Properties"]["SecurityGroupIngress"]
        assert rule["SourceSecurityGroupId"] == {"Ref": "WebSecurityGroup"}
        assert not DATABASE["Instance"]["Properties"]["PubliclyAccessible"]


@pytest.mark.parametrize("name", ["template", "site", "schedules", "watch", "firewall", "deployer"])
def test_template__fits_into_one_request(name: str) -> None:
    assert len((TEMPLATES / f"{name}.yaml").read_bytes()) <= 51_200  # CloudFormation's limit for a body


def test_budget__counts_one_stage() -> None:
    budget = WATCH["Budget"]["Properties"]["Budget"]
    assert budget["CostFilters"] == {
        "TagKeyValue": [{"Fn::Join": ["$", [f"user:{stacks.STAGE_TAG}", {"Ref": "Stage"}]]}]
    }


@pytest.mark.parametrize("part", ["site", "watch", "schedules"])
def test_stack__tags_its_resources_with_the_stage(part: str) -> None:
    tags = [{"Key": stacks.STAGE_TAG, "Value": "dev"}]
    assert (
        stacks.request(f"contactsheet-dev-{part}", TEMPLATES / f"{part}.yaml", {"Stage": "dev"})["Tags"]
        == tags
    )
    main = stack_request(Parameters("dev", "", Path("worker.zip")), "bucket", "key")
    assert main["Tags"] == tags
