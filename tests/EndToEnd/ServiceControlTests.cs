using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>Pause, resume, cancel, deadline; what a poller and a stream of events see of them.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceControlTests(ServiceFixture service)
{
    /// <summary>A job starts at most so many shards (8 groups of 100 at once) before one of its groups has ended.</summary>
    private const int ShardsOfFirstGroups = 800;

    [Fact]
    public async Task A_paused_job_gets_no_shard_while_another_uses_the_engine_and_goes_on_when_it_is_resumed()
    {
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, shards: 60, rowsPerShard: 4).With("max_concurrent_batches", 1));
        using var http = service.Http();
        var streaming = ServiceEvents.ReadAsync(http, job.Id);
        var polling = ServiceEvents.PollAsync(service, job.Id);
        await UntilPartsAsync(job.Id, output, 2);

        (await service.Client.PauseAsync(job.Id)).Status.ShouldBe(JobStatus.Paused);
        await UntilAsync(job.Id, now => now.Shards.Running == 0, "no shard of the paused job runs");

        // A shard that was handed out as the pause came in ends by the time another job has.
        await RunAnotherAsync();
        var parts = Output.Parts(output).Count;
        parts.ShouldBeLessThan(60, "the job was to be paused before its end");
        await RunAnotherAsync();
        Output.Parts(output).Count.ShouldBe(parts, "the engine had slots and the paused job took none");
        (await service.Client.PreviewAsync(job.Id, 1000)).Rows.Count.ShouldBe(parts * 4, "what is finished is readable");
        (await service.Client.PauseAsync(job.Id)).Status.ShouldBe(JobStatus.Paused, "a pause twice is one");

        (await service.Client.ResumeAsync(job.Id)).Status.ShouldBe(JobStatus.Running);
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        ShouldHoldEachRowOnce(output, 240);

        var history = await HistoryAsync(job.Id);
        history.ShouldBe([
            JobStatus.Queued, JobStatus.Planning, JobStatus.WaitingForCapacity, JobStatus.Running, JobStatus.Paused, JobStatus.Running, JobStatus.Finalizing, JobStatus.Completed]);
        (await streaming).Select(entry => entry.Status).ShouldBe(history, "a stream of events tells every state");
        var polled = await polling;
        polled.ShouldBe(history.Where(polled.Contains), "a poller sees states in their order");
        polled.ShouldContain(JobStatus.Paused);
    }

    private async Task RunAnotherAsync()
    {
        var other = await SubmitAsync(ServiceJob.Long(service.NewFolder(), shards: 3, rowsPerShard: 2));
        (await service.EndAsync(other.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
    }

    [Fact]
    public async Task A_stream_of_events_that_breaks_goes_on_after_the_last_event_that_was_seen()
    {
        var job = await SubmitAsync(ServiceJob.Long(service.NewFolder(), shards: 10, rowsPerShard: 4));
        using var http = service.Http();

        var before = await ServiceEvents.ReadAsync(http, job.Id, isEnough: entry => entry.Status is JobStatus.Planning);
        var after = await ServiceEvents.ReadAsync(http, job.Id, lastEventId: $"{before[^1].Number}");

        after[^1].Status.ShouldBe(JobStatus.Completed, service.Logs);
        before.Concat(after).ShouldBe((await service.Client.GetHistoryAsync(job.Id)).Entries);
        (await ServiceEvents.ReadAsync(http, job.Id)).ShouldBe((await service.Client.GetHistoryAsync(job.Id)).Entries, "a stream of a job that has ended tells all and ends");
    }

    [Fact]
    public async Task Rows_are_readable_while_the_job_runs_and_stay_as_they_are()
    {
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, shards: 40, rowsPerShard: 4).With("max_concurrent_batches", 2));
        await UntilPartsAsync(job.Id, output, 1);

        var results = await service.Client.GetResultsAsync(job.Id);
        var rows = await service.Client.PreviewAsync(job.Id, 4);
        (await service.Client.GetAsync(job.Id)).Status.ShouldBe(JobStatus.Running, "the job was to be looked at while it runs");
        results.Status.ShouldBe(JobStatus.Running);
        results.Parts.Count.ShouldBeInRange(1, 39);
        using var early = new MemoryStream();
        await service.Client.DownloadAsync(results.Parts[0], early);

        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        early.ToArray().ShouldBe(await File.ReadAllBytesAsync(Path.Combine(output, results.Parts[0].Name)));
        var end = Output.ReadRows(output).ToDictionary(row => (long)row["row_index"]!);
        foreach (var row in rows.Rows)
        {
            ((string)row["answer"]!).ShouldBe((string)end[(long)row["row_index"]!]["answer"]!);
        }
    }

    [Fact]
    public async Task A_cancelled_job_keeps_what_is_finished_and_accounts_for_every_other_row()
    {
        const int Shards = ShardsOfFirstGroups + 150;
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, Shards, rowsPerShard: 1).With("max_concurrent_batches", 1));
        using var http = service.Http();
        var streaming = ServiceEvents.ReadAsync(http, job.Id);
        await UntilPartsAsync(job.Id, output, 2);

        (await service.Client.CancelAsync(job.Id)).Status.ShouldBe(JobStatus.Cancelling);
        var ended = await service.EndAsync(job.Id);

        ended.Status.ShouldBe(JobStatus.Cancelled, service.Logs);
        (await streaming).Select(entry => entry.Status).TakeLast(3).ShouldBe([JobStatus.Cancelling, JobStatus.Finalizing, JobStatus.Cancelled]);
        ShouldAccountForEachShard(output, Shards, "cancelled");
        (await service.Client.CancelAsync(job.Id)).Status.ShouldBe(JobStatus.Cancelled, "a job that is cancelled stays so");
        (await Should.ThrowAsync<JobsException>(service.Client.ResumeAsync(job.Id))).Message.ShouldContain("cancelled");
        (await Should.ThrowAsync<JobsException>(service.Client.PauseAsync(job.Id))).Message.ShouldContain("cancelled");
    }

    [Fact]
    public async Task A_job_expires_at_its_deadline_and_keeps_what_is_finished()
    {
        const int Shards = ShardsOfFirstGroups + 150;
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, Shards, rowsPerShard: 1).With("max_concurrent_batches", 1).With("deadline", "3s"));

        var ended = await service.EndAsync(job.Id);

        ended.Status.ShouldBe(JobStatus.Expired, service.Logs);
        (ended.FinishedAt!.Value - ended.CreatedAt).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
        (await HistoryAsync(job.Id)).TakeLast(2).ShouldBe([JobStatus.Finalizing, JobStatus.Expired]);
        if (File.Exists(Path.Combine(output, Manifest.FileName)))
        {
            ShouldAccountForEachShard(output, Shards, "expired");
        }
    }

    [Fact]
    public async Task A_job_that_has_ended_is_forgotten_on_request_and_its_output_stays()
    {
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.OfItems(output, "Rain..."));
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);

        await service.Client.DeleteAsync(job.Id);

        (await Should.ThrowAsync<JobsException>(service.Client.GetAsync(job.Id))).Code.ShouldBe("not_found");
        (await service.Client.ListAsync(limit: 100)).Jobs.ShouldNotContain(listed => listed.Id == job.Id);
        Output.ReadRows(output).Count.ShouldBe(1);
    }

    /// <summary>Every shard has one part, of answers or of error rows, or stands among those that were not started; never both.</summary>
    private static void ShouldAccountForEachShard(string output, int shards, string error)
    {
        var manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllText(Path.Combine(output, Manifest.FileName)))!;
        var notStarted = manifest.NotStarted.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).ToList();
        manifest.Parts.Select(part => part.Shard).Concat(notStarted).Order().ShouldBe(Enumerable.Range(0, shards));
        Output.Parts(output).Select(Path.GetFileName).ShouldBe(manifest.Parts.Select(part => part.Name));

        // One row a shard: its position in the dataset is its shard.
        var rows = Output.ReadRows(output);
        rows.Select(row => (int)(long)row["row_index"]!).ShouldBe(manifest.Parts.Select(part => part.Shard));
        var failed = rows.Where(row => row["error"] is not null).ToList();
        failed.ShouldAllBe(row => (string)((IReadOnlyDictionary<string, object?>)row["error"]!)["type"]! == error);
        rows.Except(failed).ShouldAllBe(row => ((string)row["answer"]!).Length > 0);
        (manifest.Rows, manifest.RowsFailed).ShouldBe((rows.Count, failed.Count));
    }

    private static void ShouldHoldEachRowOnce(string output, int rows)
    {
        var found = Output.ReadRows(output);
        found.Select(row => (long)row["row_index"]!).Order().ShouldBe(Enumerable.Range(0, rows).Select(index => (long)index));
        found.ShouldAllBe(row => row["error"] == null && (string)row["item"]! == ServiceJob.Item((int)(long)row["row_index"]!));
    }

    private Task<JobResource> SubmitAsync(System.Text.Json.Nodes.JsonObject job) => service.Client.SubmitAsync(job.Text(), "application/json");

    private async Task<IReadOnlyList<JobStatus>> HistoryAsync(string id)
    {
        var entries = (await service.Client.GetHistoryAsync(id)).Entries;
        entries.Zip(entries.Skip(1)).ShouldAllBe(pair => JobTransitions.IsAllowed(pair.First.Status, pair.Second.Status) && pair.First.At <= pair.Second.At);
        return [.. entries.Select(entry => entry.Status)];
    }

    private Task<JobResource> UntilPartsAsync(string id, string output, int parts) =>
        UntilAsync(id, _ => Output.Parts(output).Count >= parts, $"the job has {parts} parts");

    private Task<JobResource> UntilAsync(string id, Func<JobResource, bool> isSo, string what) => Eventually.GetAsync(
        async () =>
        {
            var job = await service.Client.GetAsync(id);
            JobTransitions.IsFinal(job.Status).ShouldBeFalse($"{what}, but it ended as {job.Status}: {job.Error?.Message}");
            return isSo(job) ? job : null;
        },
        () => $"{what}\n{service.Logs}");
}
