using Dapr.Workflow.Replay;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class DeterministicIdsTests
{
    [Theory]
    [InlineData(null, "g1", "03d244e1-36dd-5e92-bfc1-4347688c29ef", "4566700e-a31e-5386-b9e1-28083c597a9f")]
    [InlineData(null, "j1", "e8ebf9e3-4b1e-59cf-b9ec-338e0733408d", null)]
    [InlineData("", "order-123", "0934463e-de69-5469-ad7e-78b132894c94", "3b2be35d-94c8-5496-94a6-22171d69f910")]
    [InlineData(" ", "00000000-0000-0000-0000-000000000001", "4b24cec9-36d3-5387-a4c7-f3df5160b95d", "01163450-5b85-5002-9e4b-55f065eaa08e")]
    [InlineData("exec-1", "same-instance", "95a5a27f-d381-5fb9-8cdb-05e2eb4d1fd5", "baab74fd-8866-5271-83e0-e5bfca76275b")]
    public void New_guids_are_those_of_the_official_sdk(string? executionId, string instanceId, string first, string? second)
    {
        var ids = new DeterministicIds(executionId, instanceId);
        ids.NewGuid().ToString().ShouldBe(first);
        if (second is not null)
        {
            ids.NewGuid().ToString().ShouldBe(second);
        }
    }

    [Fact]
    public void The_third_guid_of_an_instance_is_the_official_one_too()
    {
        var ids = new DeterministicIds(null, "g1");
        ids.NewGuid();
        ids.NewGuid();
        ids.NewGuid().ToString("D").ShouldBe("44b521dd-6ed5-52a6-95d2-32a981a0959c");
    }

    [Theory]
    [InlineData(null, "j1", 0, "SquareActivity", "16f3664aa0735a4697e6bee1c4ae25a4")]
    [InlineData(null, "j1", 5, "Missing", "43b74d766ed252058f735100564865b1")]
    [InlineData(null, "order-123", 0, "MyActivity", "0d48d0af55a45222b020b7c5e376ca3c")]
    [InlineData(null, "00000000-0000-0000-0000-000000000001", 0, "MyActivity", "bb6a0ce019c4531ca351bfdb6b95e59c")]
    [InlineData("exec-1", "same-instance", 0, "MyActivity", "074287a28b325520a5c6951c334198a2")]
    public void Execution_ids_of_activities_are_those_of_the_official_sdk(
        string? executionId, string instanceId, int id, string name, string expected) =>
        new DeterministicIds(executionId, instanceId).TaskExecutionId(id, name).ShouldBe(expected);

    [Fact]
    public void Long_names_have_ids_too() =>
        new DeterministicIds(new string('é', 2000), "i").TaskExecutionId(0, new string('n', 5000)).Length.ShouldBe(32);
}
