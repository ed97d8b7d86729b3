using Serverless.Client;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>The service's processes live and end together; its jobs outlive them.</summary>
public sealed class ServiceLifeTests
{
    [Fact]
    public async Task On_sigterm_it_stops_cleanly_and_a_job_that_ran_goes_on_at_the_next_start()
    {
        using var folder = new TemporaryFolder();
        string id;
        using (var first = await ServiceProcess.StartAsync(folder["data"], workers: 1))
        {
            var family = Family(first);
            family.Count.ShouldBe(4, "the supervisor, a sidecar, an api and a worker");
            using var client = ClientOf(first);
            id = (await client.SubmitAsync(ServiceJob.Long(folder["out"], shards: 100, rowsPerShard: 8).With("max_concurrent_batches", 2).Text(), "application/json")).Id;
            await Eventually.SoAsync(() => Output.Parts(folder["out"]).Count > 0, () => $"the job has a part:\n{ServiceProcess.Logs(folder["data"])}");

            first.Process.Terminate();
            var end = first.Process.WaitForEnd();
            end.ExitCode.ShouldBe(0, end.Errors);
            end.Errors.ShouldNotContain("starts again");
            family.ShouldAllBe(id => !ProcessTree.IsRunning(id), "no process stays");
        }

        File.Exists(Path.Combine(folder["out"], "_SUCCESS")).ShouldBeFalse("the job was to be stopped in the middle");
        using var second = await ServiceProcess.StartAsync(folder["data"], workers: 1);
        using var again = ClientOf(second);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        (await again.WaitAsync(id, patience.Token)).Status.ShouldBe(JobStatus.Completed, ServiceProcess.Logs(folder["data"]));
        Output.ReadRows(folder["out"]).Select(row => (long)row["row_index"]!).Order().ShouldBe(Enumerable.Range(0, 800).Select(index => (long)index));
        second.Process.Terminate();
        second.Process.WaitForEnd().ExitCode.ShouldBe(0);
        ServiceProcess.Logs(folder["data"]).ShouldNotContain("is not configured", customMessage: "every component that the service needs comes with it");
    }

    [Fact]
    public async Task A_kill_takes_every_process_with_it()
    {
        using var folder = new TemporaryFolder();
        using var service = await ServiceProcess.StartAsync(folder["data"], workers: 2);
        var family = Family(service);
        family.Count.ShouldBe(5);

        service.Process.KillAlone();

        await Eventually.SoAsync(() => !family.Any(ProcessTree.IsRunning), () => $"processes {string.Join(", ", family.Where(ProcessTree.IsRunning))} end with their supervisor");
    }

    [Fact]
    public async Task A_second_service_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var service = await ServiceProcess.StartAsync(folder["data"], workers: 1);

        var second = CliProcess.Run(folder.Path, "up", "--data", folder["data"], "--port", "0");

        second.ExitCode.ShouldBe(1, second.Output);
        second.Errors.ShouldContain(folder["data"]);
        second.Errors.ShouldContain("in use");
        using var client = ClientOf(service);
        (await client.ListAsync()).Jobs.ShouldBeEmpty();
    }

    [Fact]
    public void A_service_that_other_machines_reach_needs_keys()
    {
        using var folder = new TemporaryFolder();
        var refused = CliProcess.Run(folder.Path, "api", "--listen-address", "0.0.0.0", "--port", "0", "--app-port", "0", "--data", folder["data"]);
        refused.ExitCode.ShouldBe(2, refused.Output);
        refused.Errors.ShouldContain("keys create");
    }

    [Fact]
    public void A_command_without_a_service_says_how_to_start_one()
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.Run(folder.Path, "list", "--server", "http://127.0.0.1:9");
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("serverless up");
    }

    private static JobsClient ClientOf(ServiceProcess service) => new(new JobsClientOptions { BaseAddress = service.Address, PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>The supervisor and its children.</summary>
    private static List<int> Family(ServiceProcess service) => [service.Process.Id, .. ProcessTree.Children(service.Process.Id)];
}
