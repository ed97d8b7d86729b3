using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>Who may do what: unknown jobs and those of other tenants, keys that are wrong, scopes that are missing.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceSecurityTests(ServiceFixture service)
{
    [Fact]
    public async Task A_job_of_another_tenant_is_as_unknown_as_one_that_never_was()
    {
        var job = await service.Client.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").Text(), "application/json");
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);

        foreach (var (key, id) in new[] { ("main", "no-such-job"), ("other", job.Id) })
        {
            using var http = service.Http(key);
            foreach (var path in new[] { "", "/history", "/shards", "/usage", "/events", "/results", "/results/preview", "/errors", "/results/part-0000000.parquet" })
            {
                using var answer = await http.GetAsync($"/api/v1/jobs/{id}{path}");
                await ShouldBeProblemAsync(answer, HttpStatusCode.NotFound, "not_found");
            }

            foreach (var action in new[] { "cancel", "pause", "resume" })
            {
                using var answer = await http.PostAsync($"/api/v1/jobs/{id}/{action}", content: null);
                await ShouldBeProblemAsync(answer, HttpStatusCode.NotFound, "not_found");
            }

            using var deleted = await http.DeleteAsync($"/api/v1/jobs/{id}");
            await ShouldBeProblemAsync(deleted, HttpStatusCode.NotFound, "not_found");
        }

        using var other = service.ClientOf("other");
        (await other.ListAsync()).Jobs.ShouldNotContain(listed => listed.Id == job.Id);
        (await service.Client.GetAsync(job.Id)).Status.ShouldBe(JobStatus.Completed);
    }

    [Fact]
    public async Task Two_tenants_may_have_a_job_of_the_same_id()
    {
        using var other = service.ClientOf("other");
        var id = $"shared-{Guid.NewGuid():N}";
        var mine = await service.Client.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").With("id", id).Text(), "application/json");
        var theirs = await other.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Snow...").With("id", id).Text(), "application/json");

        theirs.OutputUri.ShouldNotBe(mine.OutputUri);
        (await service.EndAsync(id)).OutputUri.ShouldBe(mine.OutputUri);
        (await service.EndAsync(id, other)).OutputUri.ShouldBe(theirs.OutputUri);
        Output.ReadRows(theirs.OutputUri).Single()["item"].ShouldBe("Snow...");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sk_000000000000.0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("nonsense")]
    public async Task Without_a_key_that_is_known_nothing_is_answered(string? key)
    {
        using var http = service.Http(key: null);
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        }

        foreach (var path in new[] { "/api/v1/jobs", "/api/v1/jobs/some", "/api/v1/jobs/some/events", "/api/v1/workers" })
        {
            using var answer = await http.GetAsync(path);
            await ShouldBeProblemAsync(answer, HttpStatusCode.Unauthorized, "unauthorized");
        }

        using var live = await http.GetAsync("/healthz/ready");
        live.StatusCode.ShouldBe(HttpStatusCode.OK, "probes have no key");
    }

    [Fact]
    public async Task The_secret_of_a_key_is_checked_and_not_its_id_only()
    {
        using var http = service.Http(key: null);
        http.DefaultRequestHeaders.Add("x-api-key", service.Key("main").Split('.')[0] + "." + new string('0', 64));
        using var wrong = await http.GetAsync("/api/v1/jobs");
        await ShouldBeProblemAsync(wrong, HttpStatusCode.Unauthorized, "unauthorized");

        http.DefaultRequestHeaders.Remove("x-api-key");
        http.DefaultRequestHeaders.Add("x-api-key", service.Key("main"));
        using var right = await http.GetAsync("/api/v1/jobs");
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say()
    {
        using var reader = service.Http("reader");
        using var refused = await reader.PostAsJsonAsync("/api/v1/jobs", ServiceJob.OfItems(service.NewFolder(), "Rain..."));
        await ShouldBeProblemAsync(refused, HttpStatusCode.Forbidden, "forbidden");
        using var cancel = await reader.PostAsync("/api/v1/jobs/some/cancel", content: null);
        await ShouldBeProblemAsync(cancel, HttpStatusCode.Forbidden, "forbidden");
        using var list = await reader.GetAsync("/api/v1/jobs");
        list.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var writer = service.ClientOf("writer");
        var job = await writer.SubmitAsync(ServiceJob.OfItems(service.NewFolder(), "Rain...").Text(), "application/json");
        (await Should.ThrowAsync<JobsException>(writer.GetAsync(job.Id))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
    }

    [Fact]
    public void The_command_line_has_an_exit_code_for_keys_that_are_refused()
    {
        var environment = new Dictionary<string, string> { ["SERVERLESS_SERVER"] = service.Address.ToString(), ["SERVERLESS_API_KEY"] = "sk_no.key" };
        var result = CliProcess.Run(Path.GetTempPath(), environment, "list");
        (result.ExitCode, result.Output).ShouldBe((4, ""));
        result.Errors.ShouldContain("unauthorized");
    }

    private static async Task ShouldBeProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {text}");
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", $"{answer.RequestMessage.RequestUri}: {text}");
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("code").GetString().ShouldBe(code);
        problem.RootElement.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
    }
}
