using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.JavaScript;

/// <summary>A program in Node that runs named scenarios and says, a line of JSON each, how they went.</summary>
internal static class ScenarioProcess
{
    /// <summary>Runs a program of the folder <c>peers</c> to its end: each scenario's error, null where it passed.</summary>
    public static async Task<IReadOnlyDictionary<string, string?>> RunAsync(string program, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var path = Clone.PathOf("tests", "Conformance", "Dapr", "JavaScript", "peers", program);
        await using var process = ChildProcess.Start("node", [path, .. arguments], environment);
        var exitCode = await process.ExitCodeAsync();
        var outcomes = process.Text.Split('\n').Where(line => line.StartsWith("{\"scenario\"", StringComparison.Ordinal))
            .Select(line => JsonSerializer.Deserialize<Outcome>(line, JsonSerializerOptions.Web)!)
            .ToDictionary(outcome => outcome.Scenario, outcome => outcome.Error is null ? null : $"{outcome.Error}\n{process.Text}");
        exitCode.ShouldBe(0, process.Text);
        return outcomes;
    }

    private sealed record Outcome(string Scenario, string? Error);
}
