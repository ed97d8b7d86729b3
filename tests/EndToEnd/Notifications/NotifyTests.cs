using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Serverless.Client;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests.Notifications;

/// <summary>Who wants to know hears of a job: by events of each of its states, by a topic of its own, by a signed webhook.</summary>
public sealed class NotifyTests(NotifyFixture fixture) : IClassFixture<NotifyFixture>
{
    [Fact]
    public async Task Each_state_of_a_job_is_an_event_with_its_numbers()
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        await fixture.Client.SubmitAsync(ServiceJob.OfItems(folder, "Rain...", "Snow...").With("id", id).With("name", "weather").Text(), "application/json");
        (await fixture.EndAsync(id)).Status.ShouldBe(JobStatus.Completed, fixture.Logs);

        var events = await EventsAsync("job-events", id, "job.completed");

        events.Select(told => told["type"]!.GetValue<string>()).ShouldBe(["job.queued", "job.planning", "job.waiting_for_capacity", "job.running", "job.finalizing", "job.completed"]);
        events.Select(told => told["id"]!.GetValue<string>()).Distinct().Count().ShouldBe(6);
        events.ShouldAllBe(told => told["specversion"]!.GetValue<string>() == "1.0" && told["source"]!.GetValue<string>() == "api" && told["datacontenttype"]!.GetValue<string>().StartsWith("application/json"));
        var data = events.Select(told => told["data"]!).ToList();
        data.Select(of => of["sequence"]!.GetValue<int>()).ShouldBe([1, 2, 3, 4, 5, 6]);
        data.ShouldAllBe(of => of["tenant"]!.GetValue<string>() == "default" && of["job_id"]!.GetValue<string>() == id && of["name"]!.GetValue<string>() == "weather");
        data.Select(of => DateTimeOffset.Parse(of["at"]!.GetValue<string>())).ShouldBeInOrder();
        var end = data[^1];
        (end["status"]!.GetValue<string>(), end["rows"]!.GetValue<int>(), end["rows_done"]!.GetValue<int>(), end["rows_failed"]!.GetValue<int>()).ShouldBe(("completed", 2, 2, 0));
        end["output_uri"]!.GetValue<string>().ShouldBe(folder);
    }

    [Fact]
    public async Task A_job_that_fails_says_why_on_the_topic_that_it_names()
    {
        var id = NewId();
        await fixture.Client.SubmitAsync(
            ServiceJob.OfFiles(fixture.NewFolder(), "/nowhere/rows.jsonl").With("id", id).With("notify", new { topic = "my-topic" }).Text(), "application/json");
        (await fixture.EndAsync(id)).Status.ShouldBe(JobStatus.Failed, fixture.Logs);

        foreach (var topic in new[] { "my-topic", "job-events" })
        {
            var told = (await EventsAsync(topic, id, "job.failed"))[^1];
            told["data"]!["error"]!["code"]!.GetValue<string>().ShouldBe("invalid_input");
            told["data"]!["error"]!["message"]!.GetValue<string>().ShouldContain("/nowhere/rows.jsonl");
        }

        fixture.Listener.Events.Count(told => told.Topic == "my-topic").ShouldBe(1, "of the end only");
    }

    [Fact]
    public async Task A_job_s_end_is_a_webhook_that_each_secret_has_signed()
    {
        var id = NewId();
        await SubmitAsync(id);
        (await fixture.EndAsync(id)).Status.ShouldBe(JobStatus.Completed, fixture.Logs);

        var (headers, body) = await HookAsync(id, hooks => hooks.Count > 0);

        var message = JsonNode.Parse(body)!;
        (message["type"]!.GetValue<string>(), message["status"]!.GetValue<string>(), message["rows_done"]!.GetValue<int>()).ShouldBe(("job.completed", "completed", 1));
        ShouldBeSigned(headers, body);
    }

    [Fact]
    public async Task A_webhook_that_is_down_holds_up_nothing_and_comes_once_it_is_up_although_the_api_was_killed_meanwhile()
    {
        var id = NewId();
        fixture.Listener.HookStatus = StatusCodes.Status503ServiceUnavailable;
        string first;
        try
        {
            await SubmitAsync(id);
            (await fixture.EndAsync(id)).Status.ShouldBe(JobStatus.Completed, fixture.Logs);
            first = (await HookAsync(id, hooks => hooks.Count > 0)).Headers["webhook-id"];
            var other = NewId();
            await fixture.Client.SubmitAsync(ServiceJob.OfItems(fixture.NewFolder(), "Snow...").With("id", other).Text(), "application/json");
            (await fixture.EndAsync(other)).Status.ShouldBe(JobStatus.Completed, "others run meanwhile");
            await KillApiAsync();
        }
        finally
        {
            fixture.Listener.HookStatus = StatusCodes.Status204NoContent;
        }

        var refused = fixture.Listener.Hooks.Count;
        var (headers, body) = await HookAsync(id, _ => fixture.Listener.Hooks.Count > refused);
        headers["webhook-id"].ShouldBe(first, "it is the same message");
        ShouldBeSigned(headers, body);
    }

    [Fact]
    public async Task A_webhook_that_may_not_be_called_is_refused_with_the_job()
    {
        var error = await Should.ThrowAsync<JobsException>(fixture.Client.SubmitAsync(
            ServiceJob.OfItems(fixture.NewFolder(), "Rain...").With("notify", new { webhook = "http://10.0.0.1/hook" }).Text(), "application/json"));
        error.Message.ShouldContain("notify.webhook");
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("shop=many")]
    [InlineData("api=5000")]
    [InlineData("worker-1=5000")]
    public void An_app_that_is_none_is_told_in_words(string app)
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.Run(folder.Path, "up", "--data", folder["data"], "--app", app);
        result.ExitCode.ShouldBe(2, result.Errors);
        result.Errors.ShouldContain("--app");
        result.Errors.ShouldContain(app.Split('=')[0]);
    }

    private static string NewId() => $"told-{Guid.NewGuid():N}";

    private Task<Contracts.Api.JobResource> SubmitAsync(string id) => fixture.Client.SubmitAsync(
        ServiceJob.OfItems(fixture.NewFolder(), "Rain...").With("id", id).With("notify", new { webhook = fixture.Listener.Webhook }).Text(), "application/json");

    /// <summary>The events of a job on a topic, each once, in order of the job's states, when the last one is there.</summary>
    private async Task<List<JsonNode>> EventsAsync(string topic, string id, string last)
    {
        List<JsonNode> Told() =>
        [
            .. fixture.Listener.Events.Where(told => told.Topic == topic && told.Event["data"]!["job_id"]!.GetValue<string>() == id).Select(told => told.Event)
                .DistinctBy(told => told["id"]!.GetValue<string>()).OrderBy(told => told["data"]!["sequence"]!.GetValue<int>()),
        ];
        await Eventually.SoAsync(
            () => Told() is [.., var end] told && end["type"]!.GetValue<string>() == last && (topic != "job-events" || told.Count == end["data"]!["sequence"]!.GetValue<int>()),
            () => $"{topic} hears of {last}, and before of [{string.Join(", ", Told().Select(told => told["type"]))}].\n{fixture.Logs}");
        return Told();
    }

    /// <summary>The last webhook of a job, when there are enough.</summary>
    private async Task<(IReadOnlyDictionary<string, string> Headers, byte[] Body)> HookAsync(string id, Func<IReadOnlyList<byte[]>, bool> isEnough)
    {
        var hooks = () => fixture.Listener.Hooks.Where(hook => JsonNode.Parse(hook.Body)!["job_id"]!.GetValue<string>() == id).ToList();
        await Eventually.SoAsync(() => isEnough([.. hooks().Select(hook => hook.Body)]), () => $"the webhook of {id} comes.\n{fixture.Logs}");
        return hooks()[^1];
    }

    /// <summary>As https://www.standardwebhooks.com has receivers check it.</summary>
    private void ShouldBeSigned(IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(body)}");
        headers["webhook-signature"].Split(' ').ShouldBe(fixture.Secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
        headers["content-type"].ShouldBe("application/json");
    }

    private async Task KillApiAsync()
    {
        var supervisor = fixture.Service.Process.Id;
        var id = ProcessTree.Child(supervisor, "api").ShouldNotBeNull();
        using (var api = Process.GetProcessById(id))
        {
            api.Kill();
        }

        await Eventually.SoAsync(() => ProcessTree.Child(supervisor, "api") is { } next && next != id, () => $"the api is started again.\n{fixture.Logs}");
    }
}
