using Dapr.Workflow;

namespace Serverless.WorkflowSdk.Tests.PublicApi;

public sealed class PublicApiTests
{
    private static readonly string Pinned = Clone.PathOf("dapr", "Sdk", "Workflow", "PublicApi.txt");

    [Fact]
    public void The_public_surface_is_that_of_the_official_package()
    {
        var expected = File.ReadAllLines(Pinned).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var actual = PublicSurface.Of(typeof(WorkflowContext).Assembly).ToArray();

        var missing = expected.Except(actual).Select(line => "- " + line);
        var added = actual.Except(expected.Select(line => line.Replace("[ours] ", "", StringComparison.Ordinal))).Select(line => "+ " + line);
        var differences = missing.Where(line => !line.Contains("[ours] ", StringComparison.Ordinal)).Concat(added).ToArray();
        differences.ShouldBeEmpty(
            $"The surface of Dapr.Workflow differs from {Pinned}. When the official package changed, run PublicSurface over its "
            + "Dapr.Workflow.Abstractions.dll and Dapr.Workflow.dll and write the lines there; when the line is ours alone, write it there "
            + $"with [ours] before it.{Environment.NewLine}{string.Join(Environment.NewLine, differences)}");
    }
}
