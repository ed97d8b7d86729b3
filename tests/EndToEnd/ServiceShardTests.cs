using System.Net;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>What is told of a job's shards while it runs and after.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceShardTests(ServiceFixture service)
{
    [Fact]
    public async Task Shards_are_done_run_and_wait_and_in_the_end_all_are_done_with_their_counts()
    {
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, shards: 130, rowsPerShard: 4).With("max_concurrent_batches", 1));

        var running = await Eventually.GetAsync(
            async () =>
            {
                var shards = await AllAsync(job.Id);
                return shards.Exists(shard => shard.State == "done") && shards.Exists(shard => shard.State == "running" && shard.Worker is not null) ? shards : null;
            },
            () => $"a shard is done and another runs\n{service.Logs}");

        running.Select(shard => shard.Shard).ShouldBe(Enumerable.Range(0, 130));
        running.ShouldAllBe(shard => shard.FirstRow == shard.Shard * 4 && shard.Rows == 4);
        running.ShouldContain(shard => shard.State == "queued" && shard.Attempt == 1, "one shard at a time: the others wait");
        var workers = (await service.Client.GetWorkersAsync()).Workers.Select(worker => worker.Id).ToList();
        running.Where(shard => shard.State == "running").ShouldAllBe(shard => shard.Attempt == 1 && workers.Contains(shard.Worker!) && shard.Part == null);

        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        var ended = await AllAsync(job.Id);
        ended.Count.ShouldBe(130);
        ended.ShouldAllBe(shard => shard.State == "done" && shard.RowsDone == 4 && shard.RowsFailed == 0 && shard.Worker == null);
        ended.Select(shard => Path.Combine(output, shard.Part!)).ShouldBe(Output.Parts(output));
    }

    [Fact]
    public async Task Rows_that_failed_are_counted_by_their_shard()
    {
        var folder = service.NewFolder();
        var input = Path.Combine(folder, "rows.jsonl");
        await File.WriteAllLinesAsync(input, ["""{"item":"Rain..."}""", "{ this is no JSON", """{"other":1}""", """{"item":"Snow..."}"""]);
        var job = await SubmitAsync(ServiceJob.OfFiles(Path.Combine(folder, "out"), input).With("batch_size", 2));
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.CompletedWithErrors, service.Logs);

        (await AllAsync(job.Id)).Select(shard => (shard.Rows, shard.RowsFailed)).ShouldBe([(2, 1), (2, 1)]);
    }

    [Fact]
    public async Task A_job_that_was_cancelled_shows_the_shards_that_it_ended_without()
    {
        var job = await SubmitAsync(ServiceJob.Long(service.NewFolder(), shards: 950, rowsPerShard: 1).With("max_concurrent_batches", 1));
        await Eventually.GetAsync(async () => (await service.Client.GetAsync(job.Id)).Shards.Done > 0 ? "" : null, () => $"a shard is done\n{service.Logs}");
        await service.Client.CancelAsync(job.Id);
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Cancelled, service.Logs);

        var last = (await service.Client.GetShardsAsync(job.Id, limit: 10, cursor: "940")).Shards;
        last.Select(shard => (shard.Shard, shard.State, shard.RowsDone)).ShouldBe(Enumerable.Range(940, 10).Select(shard => (shard, "stopped", 0L)));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=-1", "cursor")]
    [InlineData("cursor=next", "cursor")]
    public async Task A_page_that_cannot_be_is_refused_by_name(string query, string field)
    {
        using var http = service.Http();
        using var answer = await http.GetAsync($"/api/v1/jobs/any/shards?{query}");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"{field}: expected");
    }

    [Fact]
    public async Task Shards_of_an_unknown_job_are_not_found() =>
        (await Should.ThrowAsync<JobsException>(service.Client.GetShardsAsync("no-such-job"))).Status.ShouldBe(HttpStatusCode.NotFound);

    private async Task<List<ShardResource>> AllAsync(string id)
    {
        List<ShardResource> shards = [];
        string? cursor = null;
        do
        {
            var page = await service.Client.GetShardsAsync(id, limit: 60, cursor);
            shards.AddRange(page.Shards);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return shards;
    }

    private Task<JobResource> SubmitAsync(System.Text.Json.Nodes.JsonObject job) => service.Client.SubmitAsync(job.Text(), "application/json");
}
