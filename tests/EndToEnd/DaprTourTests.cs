namespace Serverless.EndToEnd.Tests;

/// <summary>The sample of actors and workflows on the embedded sidecar.</summary>
public sealed class DaprTourTests
{
    private const string Program = "Serverless.DaprTour";

    [Fact]
    public void The_tour_goes_through_actors_and_workflows_and_remembers_its_visitor()
    {
        using var folder = new TemporaryFolder();

        var first = Run(folder);
        first.ExitCode.ShouldBe(0, first.Errors);
        first.Output.ShouldContain("visit 1 of this visitor");
        first.Output.ShouldContain("climbed 5 levels");
        first.Output.ShouldContain("Mind the step.");
        first.Output.ShouldContain("the countdown from 20 is Completed");
        first.Output.ShouldContain("trip-1 is Completed");
        first.Output.ShouldContain("at attempt 3");

        var second = Run(folder);
        second.ExitCode.ShouldBe(0, second.Errors);
        second.Output.ShouldContain("visit 2 of this visitor; earlier runs left 3 reminders");
        second.Output.ShouldContain("trip-2 is Completed");
    }

    [Fact]
    public async Task A_tour_that_is_killed_in_the_middle_goes_on_where_it_was()
    {
        using var folder = new TemporaryFolder();
        using (var killed = CliProcess.StartProgram(Program, folder.Path, environment: null))
        {
            await Eventually(() => killed.Output.Contains("counting down", StringComparison.Ordinal), () => $"the countdown did not begin:\n{killed.Output}{killed.Errors}");
            killed.KillHard();
        }

        var again = Run(folder);

        again.ExitCode.ShouldBe(0, again.Errors);
        again.Output.ShouldContain("visit 2 of this visitor");
        again.Output.ShouldContain("the countdown of an earlier run goes on");
        again.Output.ShouldContain("the countdown from 20 is Completed");
    }

    private static CliResult Run(TemporaryFolder folder)
    {
        using var process = CliProcess.StartProgram(Program, folder.Path, environment: null);
        return process.WaitForEnd();
    }

    private static async Task Eventually(Func<bool> condition, Func<string> otherwise)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddMinutes(1);
        while (!condition())
        {
            TimeProvider.System.GetUtcNow().ShouldBeLessThan(deadline, otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
