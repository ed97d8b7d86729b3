using System.Text.Json;
using Serverless.Contracts.Specs;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Tenants;

namespace Serverless.Jobs.Tests;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("/data/team-a/out", true)]
    [InlineData("local:///data/team-a/out", true)]
    [InlineData("/data/team-a", true)]
    [InlineData("/data/team-ab/out", false)]
    [InlineData("/data/team-a/../team-b", false)]
    [InlineData("/etc", false)]
    public void A_place_must_lie_under_a_root(string output, bool allowed) =>
        new TenantPolicy { AllowedRoots = ["/data/team-a"] }.Check(Spec("/data/team-a/model", output)).Any(error => error.Path == "output.uri").ShouldBe(!allowed);

    [Fact]
    public void Without_roots_everything_is_allowed() => TenantPolicy.Unlimited.Check(Spec("hf://org/name", "/anywhere")).ShouldBeEmpty();

    [Fact]
    public void Models_of_the_hub_may_be_allowed() =>
        new TenantPolicy { AllowedRoots = ["hf://", "/data"] }.Check(Spec("hf://org/name", "/data/out")).ShouldBeEmpty();

    [Theory]
    [InlineData(3, null, true)]
    [InlineData(4, null, false)]
    [InlineData(4, 3L, true)]
    public void Rows_in_the_document_are_counted_up_to_its_limit(int items, long? limit, bool allowed)
    {
        var spec = Spec("/model", "/out") with { Input = new InputSpec { Items = [.. Enumerable.Repeat(JsonSerializer.SerializeToElement("a"), items)], Limit = limit } };
        new TenantPolicy { MaxRows = 3 }.Check(spec).Any(error => error.Path == "input.items").ShouldBe(!allowed);
    }

    [Fact]
    public void A_cursor_says_where_the_page_ended()
    {
        var cursor = new ListCursor(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero), "job-1");
        ListCursor.Parse(cursor.ToString()).ShouldBe(cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("???")]
    [InlineData("bm90aGluZw==")]
    [InlineData("OTk5OTk5OTk5OTk5OTk5OTk5OTkgeA==")]
    public void What_is_no_cursor_is_refused(string text) => Should.Throw<FormatException>(() => ListCursor.Parse(text)).Message.ShouldStartWith("cursor: ");

    private static JobSpec Spec(string model, string output) => new()
    {
        Model = new ModelSpec { Source = model },
        Input = new InputSpec(),
        Output = new OutputSpec { Uri = output },
    };
}
