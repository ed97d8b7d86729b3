using Serverless.Contracts.Specs;

namespace Serverless.Cli.Jobs;

/// <summary>A job file's relative paths mean the folder in which the command runs; the service runs in another one.</summary>
internal static class RelativePaths
{
    public static JobSpec Resolve(JobSpec spec) => spec with
    {
        Model = spec.Model with { Source = spec.Model.Engine is EngineKind.Local ? Absolute(spec.Model.Source)! : spec.Model.Source },
        Input = spec.Input with { Uri = Absolute(spec.Input.Uri), FailedRowsOf = Absolute(spec.Input.FailedRowsOf) },
        Output = spec.Output with { Uri = Absolute(spec.Output.Uri)! },
    };

    private static string? Absolute(string? path) => path is null || path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path);
}
