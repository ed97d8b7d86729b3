namespace Serverless.EndToEnd.Tests;

/// <summary>What the README shows is what is there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_first_command_completes_every_haiku_of_the_sample()
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.Run(Clone.Root, "run", "samples/haiku.yaml", "--out", folder["out"]);

        result.ExitCode.ShouldBe(0, result.Errors);
        Output.ReadRows(folder["out"]).Count.ShouldBe(12);
        Output.ReadRows(folder["out"]).ShouldAllBe(row => row["error"] == null && ((string)row["answer"]!).Contains('\n'));
    }

    [Fact]
    public void The_program_completes_three_haikus()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder["samples"], Path.Combine(Clone.Root, "samples"));
        using var program = CliProcess.StartProgram("Serverless.Haiku", folder.Path, environment: null);
        var result = program.WaitForEnd();

        result.ExitCode.ShouldBe(0, result.Errors);
        result.Output.ShouldStartWith("3 rows in ");
        Output.ReadRows(folder["output/haiku-from-csharp"]).ShouldAllBe(row => ((string)row["answer"]!).Contains('\n'));
    }

    [Fact]
    public void The_program_that_is_shown_is_the_sample()
    {
        var shown = File.ReadAllText(Path.Combine(Clone.Root, "README.md")).Split("```csharp\n")[1].Split("```")[0];
        File.ReadAllText(Path.Combine(Clone.Root, "samples/Haiku/Program.cs")).ShouldContain(shown);
    }
}
