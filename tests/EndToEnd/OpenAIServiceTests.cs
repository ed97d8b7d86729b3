using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests;

/// <summary>Jobs of the service whose engine is a server that speaks the OpenAI API.</summary>
public sealed class OpenAIServiceTests(OpenAIServiceFixture fixture) : IClassFixture<OpenAIServiceFixture>
{
    [Fact]
    public async Task Rows_are_answered_by_the_server_with_the_worker_s_secret()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        var (job, output) = await RunAsync(server, shards: 5, rowsPerShard: 8, "gpu-1");

        job.Status.ShouldBe(JobStatus.Completed, $"{job.Error}\n{fixture.Logs}");
        ShouldHoldEachRowOnce(output, 40);
        server.Calls.Count.ShouldBe(40);
        server.Calls.ShouldAllBe(call => call.Headers["Authorization"] == $"Bearer {OpenAIServiceFixture.Secret}" && call.Body["model"]!.GetValue<string>() == "org/model");
        fixture.Logs.ShouldNotContain(OpenAIServiceFixture.Secret);
    }

    [Fact]
    public async Task A_server_that_is_busy_or_broken_for_a_while_costs_no_row()
    {
        var tries = new ConcurrentDictionary<string, int>();
        using var server = new OpenAIServer(call => (call.Text.Length % 3, tries.AddOrUpdate(call.Text, 1, (_, count) => count + 1)) switch
        {
            (0, 1) => OpenAIReply.Error(429, "slow down", headers: ("Retry-After", "1")),
            (1, <= 2) => OpenAIReply.Error(500, "oops"),
            (2, 1) => new OpenAIReply(0, ""),
            _ => OpenAIReply.Upper(call),
        });
        var (job, output) = await RunAsync(server, shards: 3, rowsPerShard: 5);

        job.Status.ShouldBe(JobStatus.Completed, $"{job.Error}\n{fixture.Logs}");
        ShouldHoldEachRowOnce(output, 15);
        tries.Values.ShouldContain(count => count > 1, "the server was to refuse some at first");
    }

    [Theory]
    [InlineData(401, null, "asks for a key")]
    [InlineData(403, "gpu-1", "refuses the key of secret_ref \"gpu-1\"")]
    public async Task A_key_that_is_refused_ends_the_job_and_says_so(int status, string? secret, string reason)
    {
        using var server = new OpenAIServer(_ => OpenAIReply.Error(status, "who are you"));
        var (job, _) = await RunAsync(server, shards: 2, rowsPerShard: 4, secret);

        job.Status.ShouldBe(JobStatus.Failed, fixture.Logs);
        job.Error!.Code.ShouldBe("model_access");
        job.Error.Message.ShouldContain(reason);
        job.Error.Message.ShouldNotContain(OpenAIServiceFixture.Secret);
    }

    [Fact]
    public async Task A_secret_that_no_worker_has_ends_the_job_and_says_how_to_set_it()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        var (job, _) = await RunAsync(server, shards: 1, rowsPerShard: 1, "nowhere");

        job.Status.ShouldBe(JobStatus.Failed, fixture.Logs);
        job.Error!.Message.ShouldContain("SERVERLESS_SECRET_NOWHERE");
        server.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_the_server_refuses_stands_beside_the_others()
    {
        using var server = new OpenAIServer(call => call.Text == ServiceJob.Item(1) ? OpenAIReply.Error(400, "no such word") : OpenAIReply.Upper(call));
        var (job, output) = await RunAsync(server, shards: 1, rowsPerShard: 3);

        job.Status.ShouldBe(JobStatus.CompletedWithErrors, fixture.Logs);
        Output.ReadRows(output).Select(row => (string)row["finish_reason"]!).ShouldBe(["stop", "error", "stop"]);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_server_that_answers_nobody_for_minutes_takes_no_worker_with_it()
    {
        var before = fixture.Workers;
        var calls = 0;

        // As often as the engine tries a row before it gives up, and once more: the shard's second attempt is answered.
        using var server = new OpenAIServer(call => Interlocked.Increment(ref calls) <= 9 ? new OpenAIReply(0, "") : OpenAIReply.Upper(call));
        var (job, output) = await RunAsync(server, shards: 1, rowsPerShard: 1);

        job.Status.ShouldBe(JobStatus.Completed, $"{job.Error}\n{fixture.Logs}");
        ShouldHoldEachRowOnce(output, 1);
        fixture.Logs.ShouldContain("answered nobody in 8 tries");
        fixture.Workers.ShouldBe(before, "no worker was started again");
    }

    private async Task<(JobResource Job, string Output)> RunAsync(OpenAIServer server, int shards, int rowsPerShard, string? secret = null)
    {
        var output = Path.Combine(fixture.NewFolder(), "out");
        var model = new JsonObject { ["source"] = "org/model", ["engine"] = "openai", ["base_url"] = server.Address.ToString() };
        if (secret is not null)
        {
            model["secret_ref"] = secret;
        }

        var job = await fixture.Client.SubmitAsync(ServiceJob.Long(output, shards, rowsPerShard).With("model", model).Text(), "application/json");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            return (await fixture.Client.WaitAsync(job.Id, patience.Token), output);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"The job did not end.\n{fixture.Logs}", error);
        }
    }

    private static void ShouldHoldEachRowOnce(string output, int rows)
    {
        var found = Output.ReadRows(output);
        found.Select(row => (long)row["row_index"]!).Order().ShouldBe(Enumerable.Range(0, rows).Select(index => (long)index));
        found.ShouldAllBe(row => string.Equals((string)row["answer"]!, ServiceJob.Item((int)(long)row["row_index"]!).ToUpperInvariant(), StringComparison.Ordinal));
    }
}

/// <summary><c>serverless up</c> with a secret that jobs may name.</summary>
public sealed class OpenAIServiceFixture : IAsyncLifetime
{
    /// <summary>The secret <c>gpu-1</c>.</summary>
    public const string Secret = "the-key-of-the-server";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess? _service;
    private int _folders;

    public JobsClient Client { get; private set; } = null!;

    public string Logs => $"{_service?.Process.Errors}\n{ServiceProcess.Logs(_folder["data"])}";

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(_folder["data"], workers: 2, new Dictionary<string, string> { ["SERVERLESS_SECRET_GPU_1"] = Secret });
        Client = new JobsClient(new JobsClientOptions { BaseAddress = _service.Address, PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });
    }

    public ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _service?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The processes of the workers.</summary>
    public IReadOnlyList<int> Workers => [.. ProcessTree.Children(_service!.Process.Id).Where(id => ProcessTree.Subcommand(id) == "worker").Order()];

    public string NewFolder() => Directory.CreateDirectory(_folder[$"test-{Interlocked.Increment(ref _folders)}"]).FullName;
}
