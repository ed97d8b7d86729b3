using Serverless.Api.Configuration;

namespace Serverless.Api.Tests;

public sealed class ConfigTests
{
    [Theory]
    [InlineData("tenant: {}", "1: tenant: unknown field \"tenant\"; did you mean \"tenants\"?")]
    [InlineData("tenants:\n  a: {max_jobs: 0}", "2: tenants.a.max_jobs: expected at least 1, found 0")]
    [InlineData("tenants:\n  a: {max_rows: many}", "2: tenants.a.max_rows: expected a whole number, found the text \"many\"")]
    [InlineData("tenants:\n  a:\n    allowed_roots: [\"s3://x\"]", "3: tenants.a.allowed_roots[0]: expected a folder, az://container/path or hf://, found \"s3://x\"")]
    [InlineData("rate_limits:\n  '*': {burst: 2}", "2: rate_limits.*: the field \"requests_per_second\" is missing")]
    [InlineData("rate_limits:\n  '*': {requests_per_second: 0}", "2: rate_limits.*.requests_per_second: expected a number above 0 and at most 100000, found 0")]
    [InlineData("rate_limits:\n  '*': {requests_per_second: 1, burst: 0}", "2: rate_limits.*.burst: expected at least 1, found 0")]
    [InlineData("node_pools:\n  - {name: a}\n  - {name: a}", "3: node_pools[1].name: two node pools are named \"a\"; names are unique")]
    [InlineData("node_pools:\n  - {name: a, max_nodes: 0}", "2: node_pools[0].max_nodes: expected at least 1, found 0")]
    [InlineData("node_pools:\n  - {name: a, accelerators: -1}", "2: node_pools[0].accelerators: expected 0 or more, found -1")]
    [InlineData("node_pools:\n  - name: a\n    resources: {cpu: -1}", "3: node_pools[0].resources.cpu: expected 0 to 1e18, found -1")]
    [InlineData("model_folders: /models", "1: model_folders: expected a list, found the text \"/models\"")]
    public void What_is_wrong_is_named_with_line_field_and_what_is_allowed(string yaml, string problem)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            Should.Throw<FormatException>(() => ServiceConfig.Read(file)).Message.ShouldBe($"{file}:{problem}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_tenant_that_is_not_named_has_the_limit_of_all_others()
    {
        var config = new ServiceConfig
        {
            RateLimits = new Dictionary<string, RateLimit> { ["a"] = new() { RequestsPerSecond = 2.5 }, ["*"] = new() { RequestsPerSecond = 10, Burst = 100 } },
        };
        config.RateLimitOf("a")!.Tokens.ShouldBe(3);
        config.RateLimitOf("b")!.Tokens.ShouldBe(100);
        new ServiceConfig().RateLimitOf("b").ShouldBeNull();
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Should.Throw<FormatException>(() => ServiceConfig.Read("/no/such/service.yaml")).Message.ShouldContain("/no/such/service.yaml");
}
