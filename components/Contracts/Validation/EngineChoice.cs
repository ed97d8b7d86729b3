using Serverless.Contracts.Specs;

namespace Serverless.Contracts.Validation;

/// <summary>Checks that a job says of its engine what that engine can heed.</summary>
internal static class EngineChoice
{
    /// <summary>Arguments of an engine that loads the model itself.</summary>
    static readonly (string Name, Func<EngineArgs, object?> Value)[] LocalArguments =
    [
        ("max_model_len", args => args.MaxModelLen),
        ("dtype", args => args.Dtype),
        ("quantization", args => args.Quantization),
        ("gpu_memory_utilization", args => args.GpuMemoryUtilization),
        ("kv_cache_bytes", args => args.KvCacheBytes),
        ("block_size", args => args.BlockSize),
        ("enable_prefix_caching", args => args.EnablePrefixCaching),
        ("batch_invariant", args => args.BatchInvariant),
        ("chat_template", args => args.ChatTemplate),
    ];

    public static IEnumerable<SpecError> Check(JobSpec spec) => spec.Model.Engine == EngineKind.Local ? CheckLocal(spec.Model) : CheckServer(spec);

    static IEnumerable<SpecError> CheckLocal(ModelSpec model)
    {
        if (model.BaseUrl is not null)
            yield return new SpecError("model.base_url", "applies to \"engine: openai\" only");
        if (model.SecretRef is not null)
            yield return new SpecError("model.secret_ref", "applies to \"engine: openai\" only");
    }

    static IEnumerable<SpecError> CheckServer(JobSpec spec)
    {
        if (!Uri.TryCreate(spec.Model.BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return new SpecError("model.base_url", $"expected the server's address, such as http://host:8000/v1, found {(spec.Model.BaseUrl is { } text ? $"\"{text}\"" : "nothing")}");
        var defaults = new EngineArgs();
        foreach (var (name, value) in LocalArguments.Where(argument => !Equals(argument.Value(spec.Model.EngineArgs), argument.Value(defaults))))
            yield return new SpecError($"model.engine_args.{name}", $"is the server's own affair: with \"engine: openai\" leave it out (found {value(spec.Model.EngineArgs)})");
        foreach (var column in spec.Output.Include.Where(column => column is OutputColumn.Prompt or OutputColumn.GeneratedTokens))
            yield return new SpecError("output.include", $"a server does not tell the {(column == OutputColumn.Prompt ? "rendered prompt" : "generated tokens")}: with \"engine: openai\" leave it out");
    }
}
