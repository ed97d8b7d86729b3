using System.Net;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>What the configuration says of tenants, requests, node pools and models holds.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceConfigTests(ServiceFixture service)
{
    [Fact]
    public async Task A_tenant_uses_its_folders_only_and_has_as_many_jobs_and_rows_as_it_may()
    {
        using var small = service.ClientOf("small");
        var outside = await Should.ThrowAsync<JobsException>(small.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").Text(), "application/json"));
        (outside.Status, outside.Message.Split(':')[0]).ShouldBe((HttpStatusCode.BadRequest, "output.uri"));

        var many = ServiceJob.Long(Path.Combine(service.SmallFolder, "many"), shards: 41, rowsPerShard: 1);
        var refused = await Should.ThrowAsync<JobsException>(small.SubmitAsync(many.Text(), "application/json"));
        refused.Message.ShouldBe("input.items: the input has 41 rows, and jobs of this tenant may have 40 (max_rows); cut it into several jobs, or set input.limit");

        var input = Path.Combine(service.SmallFolder, "rows.jsonl");
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, 41).Select(index => JsonSerializer.Serialize(new { item = ServiceJob.Item(index) })));
        var fromFile = await small.SubmitAsync(ServiceJob.OfFiles(Path.Combine(service.SmallFolder, "from-file"), input).Text(), "application/json");
        var ended = await service.EndAsync(fromFile.Id, small);
        (ended.Status, ended.Error?.Code).ShouldBe((JobStatus.Failed, "quota_exceeded"), service.Logs);

        var first = await small.SubmitAsync(ServiceJob.Long(Path.Combine(service.SmallFolder, "first"), shards: 40, rowsPerShard: 1).With("max_concurrent_batches", 1).Text(), "application/json");
        var second = ServiceJob.OfItems(Path.Combine(service.SmallFolder, "second"), "Snow...").Text();
        var tooMany = await Should.ThrowAsync<JobsException>(small.SubmitAsync(second, "application/json"));
        (tooMany.Status, tooMany.Code).ShouldBe((HttpStatusCode.TooManyRequests, "quota"));
        (await service.EndAsync(first.Id, small)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        (await service.EndAsync((await small.SubmitAsync(second, "application/json")).Id, small)).Status.ShouldBe(JobStatus.Completed, service.Logs);
    }

    [Fact]
    public async Task Requests_past_a_tenant_s_limit_are_told_when_to_come_again_and_others_are_not_slowed()
    {
        using var slow = service.Http("slow");
        for (var request = 0; request < 3; request++)
        {
            using var answer = await slow.GetAsync("/api/v1/jobs");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var refused = await slow.GetAsync("/api/v1/jobs");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("code").GetString().ShouldBe("rate_limited");
        problem.RootElement.GetProperty("detail").GetString()!.ShouldContain("0.05 requests a second");

        using var other = service.Http("other");
        using var unslowed = await other.GetAsync("/api/v1/jobs");
        unslowed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_node_pools_declared_a_job_that_fits_none_is_known_to_wait_in_vain()
    {
        var job = await service.Client.SubmitAsync(
            ServiceJob.OfItems(service.NewFolder(), "Rain...").With("placement.accelerator_type", "NVIDIA H200").With("model.engine_args.seed", 77).Text(), "application/json");
        var waiting = await Eventually.GetAsync(
            async () => await service.Client.GetAsync(job.Id) is { Status: JobStatus.WaitingForCapacity, WaitingReason: { } reason } && reason.Contains("ever", StringComparison.Ordinal) ? reason : null,
            () => $"the job is told that no worker could ever take it\n{service.Logs}");
        waiting.ShouldContain("NVIDIA H200");
        await service.Client.CancelAsync(job.Id);
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Cancelled, service.Logs);
    }

    [Fact]
    public async Task Models_in_configured_folders_are_known_with_the_replicas_that_have_them_and_a_tenant_sees_what_it_may_use()
    {
        var job = await service.Client.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").Text(), "application/json");
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);

        var model = (await service.Client.GetModelsAsync()).Models.Single(model => model.Source == SampleModel.HaikuTiny);
        (model.Origin, model.Bytes).ShouldBe(("folder", new DirectoryInfo(SampleModel.HaikuTiny).GetFiles().Sum(file => file.Length)));
        await Eventually.GetAsync(
            async () => (await service.Client.GetModelsAsync()).Models.Single(model => model.Source == SampleModel.HaikuTiny).Replicas > 0 ? "" : null, () => "a replica has the model loaded");
        using var small = service.ClientOf("small");
        (await small.GetModelsAsync()).Models.ShouldAllBe(model => model.Source.StartsWith(Path.GetDirectoryName(SampleModel.HaikuTiny)!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("up", true)]
    [InlineData("up", false)]
    [InlineData("api", true)]
    public void A_configuration_that_is_wrong_is_refused_with_file_line_and_field(string command, bool byOption)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["service.yaml"], "tenants:\n  a: {max_jobs: 0}");

        var environment = new Dictionary<string, string> { ["SERVERLESS_CONFIG"] = byOption ? "/no/such/file" : folder["service.yaml"] };
        string[] option = byOption ? ["--config", folder["service.yaml"]] : [];

        var result = CliProcess.Run(folder.Path, environment, [command, "--data", folder["data"], "--port", "0", .. option]);

        (result.ExitCode, result.Output).ShouldBe((2, ""), result.Errors);
        result.Errors.ShouldContain($"{folder["service.yaml"]}:2: tenants.a.max_jobs: expected at least 1, found 0");
    }
}
