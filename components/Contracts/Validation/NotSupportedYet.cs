using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;

namespace Serverless.Contracts.Validation;

/// <summary>What the document can say and this version cannot do. A line leaves this table when its feature works.</summary>
internal static class NotSupportedYet
{
    /// <summary>Nobody can do it.</summary>
    static readonly (string Path, Func<JobSpec, bool> Asked)[] Table =
    [
        ("model.source", spec => spec.Model.Engine == EngineKind.Local && IsUnknown(spec.Model.Source)),
        ("model.engine_args.tensor_parallel", spec => spec.Model.EngineArgs.TensorParallel > 1),
        ("model.engine_args.pipeline_parallel", spec => spec.Model.EngineArgs.PipelineParallel > 1),
        ("input.uri", spec => IsUnknown(spec.Input.Uri)),
        ("input.failed_rows_of", spec => IsUnknown(spec.Input.FailedRowsOf)),
        ("output.uri", spec => IsUnknown(spec.Output.Uri)),
        ("deduplicate", spec => spec.Deduplicate),
    ];

    /// <summary>The job service can do it, one process cannot.</summary>
    static readonly (string Path, Func<JobSpec, bool> Asked)[] ServiceOnly =
    [
        ("concurrency", spec => spec.Concurrency.Min > 1),
        ("placement.strategy", spec => spec.Placement.Strategy != PlacementStrategy.Pack),
        ("placement.bundle_per_worker", spec => spec.Placement.BundlePerWorker is not { Count: 1 } bundle || bundle.GetValueOrDefault("accelerator") != 1),
        ("placement.accelerator_type", spec => spec.Placement.AcceleratorType is not null),
        ("placement.labels", spec => spec.Placement.Labels is not null),
        ("placement.timeout", spec => spec.Placement.Timeout is not null),
        ("placement.dedicated", spec => spec.Placement.Dedicated),
        ("deadline", spec => spec.Deadline is not null),
        ("priority", spec => spec.Priority != 0),
        ("notify", spec => spec.Notify is not null),
    ];

    public static IEnumerable<SpecError> Check(JobSpec spec, JobTarget target) => Table
        .Where(line => line.Asked(spec))
        .Select(line => new SpecError(line.Path, $"{Asked(line.Path, spec)} is not supported yet", ErrorCodes.NotSupported))
        .Concat((target == JobTarget.Service ? [] : ServiceOnly)
            .Where(line => line.Asked(spec))
            .Select(line => new SpecError(line.Path, $"{Asked(line.Path, spec)} needs the job service: submit the job to it", ErrorCodes.NotSupported)));

    static bool IsUnknown(string? uri) => IsRemote(uri) && Scheme(uri!) != "az";

    static bool IsRemote(string? uri) =>
        uri is not null && uri.Contains("://", StringComparison.Ordinal) && Scheme(uri) is not ("local" or "file" or "hf");

    static string Scheme(string uri) => uri[..uri.IndexOf("://", StringComparison.Ordinal)].ToLowerInvariant();

    static string Asked(string path, JobSpec spec) => path switch
    {
        "model.source" => $"{Scheme(spec.Model.Source)}://",
        "input.uri" => $"{Scheme(spec.Input.Uri!)}://",
        "input.failed_rows_of" => $"{Scheme(spec.Input.FailedRowsOf!)}://",
        "output.uri" => $"{Scheme(spec.Output.Uri)}://",
        "concurrency" => "more than one engine replica",
        _ when path.EndsWith("_parallel", StringComparison.Ordinal) => "a model on more than one GPU",
        _ => $"\"{path[(path.LastIndexOf('.') + 1)..]}\"",
    };
}
