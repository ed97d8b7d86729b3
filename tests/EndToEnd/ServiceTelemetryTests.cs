using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>What an operator sees of the service: metrics as Prometheus reads them, and traces that follow a job through its processes.</summary>
[Collection(ServiceCollection.Name)]
public sealed partial class ServiceTelemetryTests(ServiceFixture service)
{
    [Fact]
    public async Task A_job_s_trace_leads_from_its_submission_over_its_workflow_to_its_shards_and_the_engine()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c", Secret = "A prompt that nobody else may read...";
        using var http = service.Http();
        http.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var body = new StringContent(ServiceJob.OfItems(service.NewFolder(), Secret, Secret).With("id", "traced").With("batch_size", 1).Text());
        body.Headers.ContentType = new("application/json");
        using var submitted = await http.PostAsync("/api/v1/jobs", body);
        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await service.EndAsync("traced")).Status.ShouldBe(JobStatus.Completed, service.Logs);

        List<CollectedSpan> Spans() => [.. service.Spans.Where(span => span.TraceId == Trace)];
        await Eventually.SoAsync(
            () => Spans().Count(span => span.Name == "shard") == 2 && Spans().Exists(span => span.Name.Contains("CloseActivity", StringComparison.Ordinal)),
            () => $"the spans of both shards and of the last activity arrive; there are\n{string.Join('\n', Spans())}");

        var spans = Spans();
        var request = spans.Single(span => span.Name.StartsWith("POST /api/v1/jobs", StringComparison.Ordinal));
        (request.ParentId, request.Service).ShouldBe(("b7ad6b7169203331", "serverless-api"));
        var command = spans.Single(span => span.Name == "SubmitJob");
        command.ParentId.ShouldBe(request.SpanId);
        var schedule = spans.Single(span => span.Name == "schedule job");
        schedule.ParentId.ShouldBe(command.SpanId);
        var activities = spans.Where(span => span.Name.StartsWith("activity ", StringComparison.Ordinal)).ToList();
        activities.Select(span => span.Name).ShouldBeSubsetOf(activities.Where(span => span.Service == "serverless-api").Select(span => span.Name));
        activities.Count.ShouldBeGreaterThan(5, "planning, groups, finishing");
        var attach = activities.Single(span => span.Name.Contains("AttachActivity", StringComparison.Ordinal));
        foreach (var shard in spans.Where(span => span.Name == "shard"))
        {
            (shard.ParentId, shard.Service).ShouldBe((attach.SpanId, "serverless-worker"));
            spans.Count(span => span.Name == "engine" && span.ParentId == shard.SpanId).ShouldBe(1);
            spans.Count(span => span.Name == "publish part" && span.ParentId == shard.SpanId).ShouldBe(1);
        }

        service.Spans.ShouldAllBe(span => !span.Attributes.Contains(Secret, StringComparison.Ordinal) && !span.Name.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_count_jobs_rows_tokens_shards_workers_and_requests()
    {
        var before = await ReadAsync(service.Metrics[0]);
        var folder = service.NewFolder();
        var input = Path.Combine(folder, "rows.jsonl");
        await File.WriteAllLinesAsync(input, ["""{"item":"Rain..."}""", "{ this is no JSON", """{"item":"Snow..."}"""]);
        var job = await service.Client.SubmitAsync(ServiceJob.OfFiles(Path.Combine(folder, "out"), input).Text(), "application/json");
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.CompletedWithErrors, service.Logs);

        // Other tests run jobs too: what is counted is at least this one. The exporter answers a scrape that follows another within 0.3 s with that one's text.
        const string Finished = "serverless_jobs_finished_total", WithErrors = "status=\"completed_with_errors\"";
        var after = await Eventually.GetAsync(
            async () =>
            {
                var now = await ReadAsync(service.Metrics[0]);
                return Sum(now, Finished, WithErrors) > Sum(before, Finished, WithErrors) ? now : null;
            },
            () => "the job is counted as finished");
        double Grown(string name, string labels = "") => Sum(after, name, labels) - Sum(before, name, labels);
        Grown("serverless_jobs_submitted_total").ShouldBeGreaterThanOrEqualTo(1);
        Grown("serverless_rows_finished_total", "outcome=\"answer\"").ShouldBeGreaterThanOrEqualTo(2);
        Grown("serverless_rows_finished_total", "outcome=\"error\"").ShouldBeGreaterThanOrEqualTo(1);
        Grown("serverless_tokens_total", "direction=\"input\"").ShouldBeGreaterThan(0);
        Grown("serverless_tokens_total", "direction=\"output\"").ShouldBeGreaterThan(0);
        Grown("http_server_request_duration_seconds_count", "http_route=\"/api/v1/jobs").ShouldBeGreaterThanOrEqualTo(1);
        Sum(after, "serverless_workers", "state=\"ready\"").ShouldBe(2);
        Sum(after, "serverless_workers", "state=\"lost\"").ShouldBe(0);
        after.ShouldContain(line => line.StartsWith("serverless_pool_shards{", StringComparison.Ordinal) && line.Contains("state=\"waiting\"", StringComparison.Ordinal));
        Sum(after, "serverless_pool_replicas", "state=\"ready\"").ShouldBeGreaterThanOrEqualTo(1);
        after.ShouldAllBe(line => !line.Contains(job.Id, StringComparison.Ordinal), "an id in a label would be a series for each job");

        double onWorkers = 0;
        foreach (var worker in service.Metrics.Skip(1))
        {
            var lines = await ReadAsync(worker);
            onWorkers += Sum(lines, "serverless_worker_shards_ended_total", "outcome=\"done\"");
        }

        onWorkers.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_with_help_type_and_base_units()
    {
        using var http = service.Http();
        using var answer = await http.GetAsync(service.Metrics[0]);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        answer.Content.Headers.ContentType.Parameters.ShouldContain(parameter => parameter.Name == "version" && parameter.Value == "0.0.4");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldAllBe(line => line.StartsWith('#') || Sample().IsMatch(line));
        lines.ShouldContain("# TYPE serverless_workers gauge");
        lines.ShouldContain("# TYPE http_server_request_duration_seconds histogram");
    }

    [Fact]
    public async Task A_worker_that_the_cluster_hears_is_ready()
    {
        foreach (var worker in service.Metrics.Skip(1))
        {
            using var http = service.Http(key: null);
            (await http.GetAsync(new Uri(worker, "/healthz/ready"))).StatusCode.ShouldBe(HttpStatusCode.OK, service.Logs);
            (await http.GetAsync(new Uri(worker, "/healthz/live"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Metrics_ask_for_a_key_that_may_read_on_every_process()
    {
        foreach (var address in service.Metrics)
        {
            using var stranger = service.Http(key: null);
            (await stranger.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{address}");
            using var writer = service.Http("writer");
            (await writer.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{address}");
            using var reader = service.Http("reader");
            (await reader.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.OK, $"{address}");
        }
    }

    private async Task<string[]> ReadAsync(Uri address)
    {
        using var http = service.Http("reader");
        return (await http.GetStringAsync(address)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The sum of a metric's samples whose labels hold a text.</summary>
    private static double Sum(IEnumerable<string> lines, string name, string labels) => lines
        .Select(line => Sample().Match(line))
        .Where(sample => sample.Success && sample.Groups["name"].Value == name && sample.Groups["labels"].Value.Contains(labels, StringComparison.Ordinal))
        .Sum(sample => double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[^}]*(\}[^}]*)*)\})? (?<value>\S+)( \d+)?$""")]
    private static partial Regex Sample();
}
