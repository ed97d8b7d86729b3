using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Placement.Pools;
using Serverless.Processing;
using Serverless.Processing.Jobs;

namespace Serverless.Workers.Replicas;

/// <summary>The engine of one replica: loaded in the background, unloaded when the pool has no use for it.</summary>
/// <param name="spec">Model and arguments.</param>
/// <param name="accelerators">Indices of the cards that it has; none: it runs on the node's device without cards.</param>
/// <param name="options">How it is loaded, or where the keys of servers are.</param>
internal sealed class EngineHost(EngineSpec spec, IReadOnlyList<int> accelerators, WorkerOptions options) : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    Task<IGenerationEngine>? loading;

    /// <summary>The engine, once it is there.</summary>
    public IGenerationEngine? Engine => loading is { IsCompletedSuccessfully: true } loaded ? loaded.Result : null;

    /// <summary>Why it is not there.</summary>
    public ReplicaError? Error { get; private set; }

    public ReplicaState State => Error is not null ? ReplicaState.Failed : Engine is null ? ReplicaState.Starting : ReplicaState.Ready;

    /// <summary>Begins to load; does not throw.</summary>
    /// <param name="onLoaded">Told when the engine is there, or cannot be.</param>
    public void Start(Action onLoaded)
    {
        loading = Task.Run(() => OpenAsync(stop.Token));
        _ = loading.ContinueWith(
            ended =>
            {
                if (ended.Exception?.InnerException is { } failure)
                    Error = ToError(JobErrors.Classify(failure));
                onLoaded();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Unloads it.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (loading is not null)
        {
            await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Engine is { } engine)
                await engine.DisposeAsync();
        }

        stop.Dispose();
    }

    Task<IGenerationEngine> OpenAsync(CancellationToken cancellationToken) => spec.Model.Engine == EngineKind.OpenAI
        ? RemoteEngine.OpenAsync(spec.Model, options.Secrets, cancellationToken)
        : (options.LoadEngine ?? LocalEngine.Default)(spec.Model.ToEngineOptions() with { Device = Device }, cancellationToken);

    /// <summary>Which card is the node's to say, never the job's.</summary>
    string Device => accelerators is [var first, ..] ? $"cuda:{first}" : options.DeviceWithoutCards;

    static ReplicaError ToError(JobException error) => new(error.Code, error.Message);
}
