using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>Jobs come in by HTTP and from the command line; the same job twice is one job.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceSubmitTests(ServiceFixture service)
{
    private static readonly string[] Items = ["An old silent pond...", "Over the wintry forest...", "Morning rain on slate"];

    [Fact]
    public async Task A_json_job_by_http_completes_every_row()
    {
        var output = service.NewFolder();
        using var http = service.Http();
        using var answer = await http.PostAsync("/api/v1/jobs", Json(ServiceJob.OfItems(output, Items).Text()));

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var job = (await answer.Content.ReadFromJsonAsync<JobResource>())!;
        job.Status.ShouldBe(JobStatus.Queued);
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/jobs/{job.Id}");

        var ended = await service.EndAsync(job.Id);
        ended.Status.ShouldBe(JobStatus.Completed, service.Logs);
        ended.Rows.ShouldBe(new RowCounts(3, 3, 0));
        ended.Shards.ShouldBe(new ShardCounts(1, 1, 0));
        ended.Usage.OutputTokens.ShouldBeGreaterThan(10);
        ended.FinishedAt.ShouldNotBeNull();
        var rows = Output.ReadRows(output);
        rows.Select(row => row["item"]).ShouldBe(Items);
        rows.ShouldAllBe(row => row["error"] == null && ((string)row["answer"]!).Length > 0);
        File.Exists(Path.Combine(output, "_SUCCESS")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_yaml_job_by_http_completes_every_row()
    {
        var output = service.NewFolder();
        var yaml = $$$"""
            name: haiku
            model: {source: {{{SampleModel.HaikuTiny}}}}
            input: {items: ["An old silent pond...", "Rain..."]}
            preprocess:
              messages: [{role: user, content: "{{ row.item }}"}]
              sampling_params: {max_tokens: 40}
            output: {uri: {{{output}}}}
            metadata: {team: search}
            """;

        var job = await service.Client.SubmitAsync(yaml, "application/yaml");

        var ended = await service.EndAsync(job.Id);
        ended.Status.ShouldBe(JobStatus.Completed, service.Logs);
        ended.Metadata!["team"].GetString().ShouldBe("search");
        Output.ReadRows(output).Count.ShouldBe(2);
    }

    [Fact]
    public void Submit_and_wait_shows_progress_and_exits_with_the_job()
    {
        var output = service.NewFolder();
        var file = Path.Combine(output, "job.json");
        File.WriteAllText(file, ServiceJob.OfItems(Path.Combine(output, "out"), Items).Text());

        var result = service.Cli("submit", file, "--wait", "--output", "json");

        result.ExitCode.ShouldBe(0, result.Errors + service.Logs);
        using var job = JsonDocument.Parse(result.Output);
        job.RootElement.GetProperty("status").GetString().ShouldBe("completed");
        result.Errors.ShouldContain(job.RootElement.GetProperty("id").GetString()!);
        result.Errors.ShouldContain("3 / 3");
        Output.ReadRows(Path.Combine(output, "out")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_same_id_twice_is_one_job_and_another_job_under_it_is_a_conflict()
    {
        var output = service.NewFolder();
        var job = ServiceJob.OfItems(output, Items).With("id", $"same-{Guid.NewGuid():N}");
        var first = await service.Client.SubmitAsync(job.Text(), "application/json");
        using var http = service.Http();
        using var second = await http.PostAsync("/api/v1/jobs", Json(job.Text()));

        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        var again = (await second.Content.ReadFromJsonAsync<JobResource>())!;
        (again.Id, again.CreatedAt).ShouldBe((first.Id, first.CreatedAt));

        var conflict = await Should.ThrowAsync<JobsException>(service.Client.SubmitAsync(job.With("batch_size", 7).Text(), "application/json"));
        (conflict.Status, conflict.Code).ShouldBe((HttpStatusCode.Conflict, "conflict"));
        (await service.EndAsync(first.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
    }

    [Fact]
    public async Task The_same_idempotency_key_twice_is_one_job_and_another_document_under_it_is_a_conflict()
    {
        var job = ServiceJob.OfItems(service.NewFolder(), Items);
        var key = $"key-{Guid.NewGuid():N}";
        var first = await service.Client.SubmitAsync(job.Text(), "application/json", key);
        var second = await service.Client.SubmitAsync(job.Text(), "application/json", key);

        second.Id.ShouldBe(first.Id);
        var conflict = await Should.ThrowAsync<JobsException>(service.Client.SubmitAsync(job.With("name", "another").Text(), "application/json", key));
        conflict.Status.ShouldBe(HttpStatusCode.Conflict);
        (await service.EndAsync(first.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
    }

    [Fact]
    public async Task A_list_is_walked_by_its_cursor_newest_first()
    {
        using var client = service.ClientOf("lists");
        List<string> submitted = [];
        foreach (var _ in Enumerable.Range(0, 5))
        {
            submitted.Insert(0, (await client.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").Text(), "application/json")).Id);
        }

        foreach (var id in submitted)
        {
            (await service.EndAsync(id, client)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        }

        List<string> listed = [];
        string? cursor = null;
        do
        {
            var page = await client.ListAsync(limit: 2, cursor: cursor);
            page.Jobs.Count.ShouldBeInRange(1, 2);
            listed.AddRange(page.Jobs.Select(job => job.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        listed.ShouldBe(submitted);
        (await client.ListAsync(JobStatus.Completed)).Jobs.Select(job => job.Id).ShouldBe(submitted);
        (await client.ListAsync(JobStatus.Failed)).Jobs.ShouldBeEmpty();
        var wrong = await Should.ThrowAsync<JobsException>(client.ListAsync(cursor: "nonsense"));
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        wrong.Message.ShouldContain("cursor");
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
