using Serverless.Inference;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>What a job needs of the process that runs it.</summary>
/// <param name="ModelRevision">Names the model's content.</param>
/// <param name="OpenEngineAsync">Gives an engine for the job's time.</param>
/// <param name="Time">The clock.</param>
internal sealed record JobHost(ModelRevision ModelRevision, Func<EngineOptions, CancellationToken, Task<EngineLease>> OpenEngineAsync, TimeProvider Time)
{
    /// <summary>Opens the output folder.</summary>
    public Func<BlobUri, IBlobStore> OpenOutput { get; init; } = location => location.OpenFolder();
}

/// <summary>The engine of one job, opened when it is first asked for.</summary>
internal sealed class JobEngine(JobHost host, EngineOptions options) : IAsyncDisposable
{
    EngineLease? lease;

    public async Task<IGenerationEngine> OpenAsync(CancellationToken cancellationToken) =>
        (lease ??= await host.OpenEngineAsync(options, cancellationToken)).Engine;

    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>An engine, and whether it ends with the job.</summary>
internal sealed class EngineLease(IGenerationEngine engine, bool owned) : IAsyncDisposable
{
    public IGenerationEngine Engine => engine;

    public ValueTask DisposeAsync() => owned ? engine.DisposeAsync() : ValueTask.CompletedTask;
}
