using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dapr;
using Dapr.Actors.Client;
using Dapr.Protocol;
using Dapr.Sidecar;
using Dapr.Workflow;
using Grpc.Net.Client;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Tenants;
using Serverless.Jobs.Webhooks;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;
using Serverless.Storage.Blobs;

namespace Serverless.Workflows.Tests.Hosting;

/// <summary>The app that hosts jobs and their workflows, with a sidecar of its own and a fake pool, in a folder that goes with it.</summary>
internal sealed class JobWorld : IAsyncDisposable
{
    public const string Tenant = "default";
    private const string AppId = "api";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly EmbeddedSidecar _sidecar;
    private readonly WebApplication _app;

    private JobWorld(DirectoryInfo folder, EmbeddedSidecar sidecar, WebApplication app, FakePool pool, FakeTimeProvider? time) =>
        (_folder, _sidecar, _app, Pool, Time) = (folder, sidecar, app, pool, time);

    public FakePool Pool { get; }

    /// <summary>The clock of app and sidecar; null: the system's.</summary>
    public FakeTimeProvider? Time { get; }

    /// <summary>Where all of it is.</summary>
    public string Folder => _folder.FullName;

    public string Output => Path.Combine(_folder.FullName, "out");

    public DaprWorkflowClient Workflows => _app.Services.GetRequiredService<DaprWorkflowClient>();

    public static async Task<JobWorld> StartAsync(FakeTimeProvider? time = null, TenantPolicy? policy = null, Action<FakePool>? setUp = null)
    {
        var folder = Directory.CreateTempSubdirectory("jobs-");
        var port = FreePort();
        var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new SidecarAppOptions { AppId = AppId, AppPort = port }],
            Fsync = false,
            ComponentPaths = [Clone.PathOf("tests", "Workflows", "components")],
            TimeProvider = time ?? TimeProvider.System,
        });
        var pool = new FakePool();
        setUp?.Invoke(pool);
        var app = Build(sidecar, port, pool, folder, time, policy);
        await app.StartAsync();
        pool.Actors = app.Services.GetRequiredService<IActorProxyFactory>();
        var world = new JobWorld(folder, sidecar, app, pool, time);
        await world.WarmUpAsync();
        return world;
    }

    public JobSpec Spec(int rows, int batchSize = 2) => new()
    {
        Model = new ModelSpec { Source = "scripted" },
        Input = new InputSpec { Items = [.. Enumerable.Range(0, rows).Select(row => JsonSerializer.SerializeToElement($"item {row}"))] },
        Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}" },
        Output = new OutputSpec { Uri = Output },
        BatchSize = batchSize,
    };

    public Task<T> SendAsync<T>(IRequest<T> request) => _app.Services.GetRequiredService<IMediator>().Send(request);

    /// <summary>Submits a job and gives its id.</summary>
    public async Task<string> SubmitAsync(JobSpec spec, string tenant = Tenant)
    {
        var result = await SendAsync(new SubmitJob(tenant, spec));
        result.Errors.ShouldBeEmpty();
        result.Refusal.ShouldBeNull();
        return result.Outcome.ShouldNotBeNull().Job.State.Submission.Key[(tenant.Length + 1)..];
    }

    public async Task<JobState> StateAsync(string id, string tenant = Tenant) => (await SendAsync(new GetJob(tenant, id))).ShouldNotBeNull($"there is no job {id}").State;

    /// <summary>Waits until a job is in a state.</summary>
    public async Task<JobState> UntilAsync(string id, JobStatus status, string tenant = Tenant)
    {
        JobState? state = null;
        await UntilAsync(async () => (state = await StateAsync(id, tenant)).Status == status, () => $"job {id} did not become {status}: {Describe(state)}; pool: {string.Join(", ", Pool.Log.TakeLast(20))}");
        return state!;
    }

    /// <summary>Waits for something that nothing tells of; a fake clock goes on meanwhile, a second each time.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> message)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException(message());
            }

            Time?.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    public Task UntilAsync(Func<bool> condition, string message) => UntilAsync(() => Task.FromResult(condition()), () => $"{message}; pool: {string.Join(", ", Pool.Log.TakeLast(20))}");

    /// <summary>What has happened so far to a workflow and what it has asked for, as the sidecar has it.</summary>
    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string instanceId)
    {
        using var channel = GrpcChannel.ForAddress(_sidecar.GrpcEndpoint(AppId));
        return (await new TaskHubSidecarService.TaskHubSidecarServiceClient(channel).GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = instanceId })).Events;
    }

    /// <summary>The states of a job so far, as words.</summary>
    public static IReadOnlyList<JobStatus> StatusesOf(JobState state) => [.. state.History.Select(entry => entry.Status)];

    public Manifest Manifest() => JsonSerializer.Deserialize<Manifest>(File.ReadAllText(Path.Combine(Output, Contracts.Results.Manifest.FileName)))!;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Pool.DisposeAsync();
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Waits until actors are reached. A sidecar that does not know them yet tries again, by the clock.</summary>
    private async Task WarmUpAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = SendAsync(new GetJob(Tenant, "nobody"));
            while (!answer.IsCompleted)
            {
                Time?.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            try
            {
                (await answer).ShouldBeNull();
                return;
            }
            catch (DaprApiException error) when (attempt < 1000)
            {
                error.Message.ShouldContain("did not find address for actor");
            }
        }
    }

    private static WebApplication Build(
        EmbeddedSidecar sidecar, int port, FakePool pool, DirectoryInfo folder, FakeTimeProvider? time, TenantPolicy? policy)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_HTTP_ENDPOINT"] = sidecar.HttpEndpoint(AppId).ToString(),
            ["DAPR_GRPC_ENDPOINT"] = sidecar.GrpcEndpoint(AppId).ToString(),
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>((TimeProvider?)time ?? TimeProvider.System);
        builder.Services.AddSingleton(pool);
        builder.Services.AddSidecarClient();
        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.Actors.RegisterJobs();
            options.Actors.RegisterActor<FakePoolActor>(EngineSpec.ActorType);
        });
        builder.Services.AddJobs(
            new JobsOptions
            {
                StorageRoot = BlobUri.Parse(Path.Combine(folder.FullName, "service")),
                Tenants = policy is null ? new Dictionary<string, TenantPolicy>() : new Dictionary<string, TenantPolicy> { [Tenant] = policy },
            },
            new WebhookOptions());
        builder.Services.AddJobWorkflows(new JobRunnerOptions { ModelRevision = (_, _) => Task.FromResult("r1") });
        var app = builder.Build();
        app.MapActorsHandlers();
        return app;
    }

    private static string Describe(JobState? state) =>
        state is null ? "not there" : $"{string.Join(" > ", StatusesOf(state))}, {state.Ended}, error {state.Error}, waiting for {state.WaitingReason}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
