using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>What failed of a job is run again, in a job of its own, and stands in the results of the first.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceRetryTests(ServiceFixture service)
{
    [Fact]
    public async Task A_retry_of_a_cancelled_job_runs_what_was_left_and_completes_its_results()
    {
        const int Rows = 120;
        var output = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.Long(output, shards: 40, rowsPerShard: 3).With("max_concurrent_batches", 1));
        await Eventually.GetAsync(() => Task.FromResult(Output.Parts(output).Count >= 3 ? output : null), () => $"the job has parts\n{service.Logs}");
        await service.Client.CancelAsync(job.Id);
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Cancelled, service.Logs);
        var answers = Output.ReadRows(output).Where(row => row["error"] is null).ToDictionary(row => (long)row["row_index"]!, row => (string)row["answer"]!);

        var retry = await service.Client.RetryAsync(job.Id);
        (retry.Id, retry.RetryOf).ShouldBe(($"{job.Id}-retry-1", job.Id));
        var ended = await service.EndAsync(retry.Id);

        ended.Status.ShouldBe(JobStatus.Completed, service.Logs);
        ended.Rows.ShouldBe(new RowCounts(Rows - answers.Count, Rows - answers.Count, 0), "only rows without an answer are run");
        ended.OutputUri.ShouldBe($"{output}/_retry/{retry.Id}");
        var rows = (await service.Client.PreviewAsync(job.Id, 1000)).Rows;
        rows.Select(row => (long)row["row_index"]!).ShouldBe(Enumerable.Range(0, Rows).Select(index => (long)index));
        rows.ShouldAllBe(row => row["error"] == null && (string)row["item"]! == ServiceJob.Item((int)(long)row["row_index"]!));
        rows.Where(row => answers.ContainsKey((long)row["row_index"]!)).ShouldAllBe(row => answers[(long)row["row_index"]!] == (string)row["answer"]!);
        (await service.Client.GetErrorsAsync(job.Id)).Rows.ShouldBeEmpty();
        (await service.Client.GetAsync(job.Id)).Retries.ShouldBe([retry.Id]);
        (await service.Client.GetResultsAsync(job.Id)).Retries.ShouldBe([retry.Id]);
        await ShouldBeRefusedAsync(job.Id, $"no row of job {job.Id} is left: its retry {retry.Id} has run them all");
        await ShouldBeRefusedAsync(retry.Id, $"job {retry.Id} is a retry of {job.Id}; retry that one");

        var download = service.NewFolder();
        service.Cli("results", job.Id, "--download", download).ExitCode.ShouldBe(0);
        Output.ReadRows(Path.Combine(download, "_retry", retry.Id)).Count.ShouldBe(Rows - answers.Count);
    }

    [Fact]
    public async Task Rows_that_fail_again_can_be_retried_again()
    {
        var job = ServiceJob.OfItems(service.NewFolder(), "Rain...", "Snow...");
        job["input"]!["items"]!.AsArray().Add(new JsonObject { ["other"] = "no item here" });
        var submitted = await SubmitAsync(job.With("batch_size", 2));
        (await service.EndAsync(submitted.Id)).Status.ShouldBe(JobStatus.CompletedWithErrors, service.Logs);

        var cli = service.Cli("retry", submitted.Id, "--wait", "--output", "json");
        cli.ExitCode.ShouldBe(3, cli.Errors);
        var first = JsonSerializer.Deserialize<JobResource>(cli.Output)!;
        (first.Status, first.Rows).ShouldBe((JobStatus.CompletedWithErrors, new RowCounts(1, 1, 1)));

        var second = await service.EndAsync((await service.Client.RetryAsync(submitted.Id)).Id);
        (second.Id, second.Rows).ShouldBe(($"{submitted.Id}-retry-2", new RowCounts(1, 1, 1)));
        var errors = await service.Client.GetErrorsAsync(submitted.Id);
        ((long)errors.Rows.ShouldHaveSingleItem()["row_index"]!).ShouldBe(2);
        (await service.Client.PreviewAsync(submitted.Id)).Rows.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_job_that_failed_goes_on_in_its_folder_once_the_reason_is_gone()
    {
        var (output, model) = (service.NewFolder(), Path.Combine(service.NewFolder(), "model"));
        var job = await SubmitAsync(ServiceJob.OfItems(output, "Rain...").With("model.source", model));
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Failed, service.Logs);

        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(SampleModel.HaikuTiny))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        var retry = await service.EndAsync((await service.Client.RetryAsync(job.Id)).Id);
        (retry.Status, retry.OutputUri).ShouldBe((JobStatus.Completed, output), service.Logs);
        (await service.Client.PreviewAsync(job.Id)).Rows.ShouldHaveSingleItem()["error"].ShouldBeNull();
    }

    [Fact]
    public async Task A_job_that_runs_or_is_whole_is_not_retried_and_a_repeated_request_is_one_retry()
    {
        var running = await SubmitAsync(ServiceJob.Long(service.NewFolder(), shards: 30, rowsPerShard: 4));
        (await Should.ThrowAsync<JobsException>(service.Client.RetryAsync(running.Id))).Status.ShouldBe(HttpStatusCode.Conflict);
        await service.Client.CancelAsync(running.Id);
        (await service.EndAsync(running.Id)).Status.ShouldBe(JobStatus.Cancelled, service.Logs);
        var retries = await Task.WhenAll(service.Client.RetryAsync(running.Id), service.Client.RetryAsync(running.Id));
        retries.Select(retry => retry.Id).Distinct().ShouldHaveSingleItem();
        (await service.EndAsync(retries[0].Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        (await service.Client.GetAsync(running.Id)).Retries.Count.ShouldBe(1);

        var whole = await SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain..."));
        (await service.EndAsync(whole.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        await ShouldBeRefusedAsync(whole.Id, $"no row of job {whole.Id} failed");
        (await Should.ThrowAsync<JobsException>(service.Client.RetryAsync("nobody"))).Status.ShouldBe(HttpStatusCode.NotFound);
        using var other = service.ClientOf("other");
        (await Should.ThrowAsync<JobsException>(other.RetryAsync(whole.Id))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task ShouldBeRefusedAsync(string id, string why)
    {
        var error = await Should.ThrowAsync<JobsException>(service.Client.RetryAsync(id));
        (error.Status, error.Message).ShouldBe((HttpStatusCode.Conflict, why));
    }

    private Task<JobResource> SubmitAsync(JsonObject job) => service.Client.SubmitAsync(job.Text(), "application/json");
}
