using System.Text.Json;
using Serverless.Contracts.Specs;
using static Serverless.Contracts.Validation.SpecShape;

namespace Serverless.Contracts.Validation;

/// <summary>Checks what a spec of the right shape says: ranges, choices, clashes of names.</summary>
public static class JobSpecValidator
{
    static readonly string[] Dtypes = ["auto", "float32", "bfloat16", "float16"];

    /// <summary>Everything that is wrong with a spec; empty if nothing is.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="target">Who shall run it. Default: one process.</param>
    public static IReadOnlyList<SpecError> Validate(JobSpec spec, JobTarget target = JobTarget.Process)
    {
        var errors = new List<SpecError>();
        CheckIdentity(spec, errors);
        CheckModel(spec.Model, errors);
        errors.AddRange(EngineChoice.Check(spec));
        CheckInput(spec.Input, errors);
        CheckPrompt(spec, errors);
        CheckNumbers(spec, errors);
        CheckTimes(spec, errors);
        CheckPlacement(spec.Placement, errors);
        errors.AddRange(OutputColumns.Clashes(spec));
        errors.AddRange(NotSupportedYet.Check(spec, target));
        return errors;
    }

    static void CheckIdentity(JobSpec spec, List<SpecError> errors)
    {
        if (spec.Id is { } id && !JobId.IsValid(id))
            errors.Add(new SpecError("id", $"expected 1 to 64 of a-z A-Z 0-9 . _ - beginning with a letter or digit, found \"{id}\""));
        if (string.IsNullOrWhiteSpace(spec.Output.Uri))
            errors.Add(new SpecError("output.uri", "expected a folder, found an empty text"));
    }

    static void CheckModel(ModelSpec model, List<SpecError> errors)
    {
        var args = model.EngineArgs;
        if (string.IsNullOrWhiteSpace(model.Source))
            errors.Add(new SpecError("model.source", "expected a folder, hf://org/name or az://container/path, found an empty text"));
        if (!Dtypes.Contains(args.Dtype))
            errors.Add(new SpecError("model.engine_args.dtype", $"expected one of {string.Join(", ", Dtypes)}, found \"{args.Dtype}\""));
        if (args.Quantization is not (null or "int8"))
            errors.Add(new SpecError("model.engine_args.quantization", $"expected int8 or nothing, found \"{args.Quantization}\""));
        if (args.BlockSize is not (16 or 32))
            errors.Add(new SpecError("model.engine_args.block_size", $"expected 16 or 32, found {args.BlockSize}"));
        if (args.GpuMemoryUtilization is not (> 0 and <= 1))
            errors.Add(new SpecError("model.engine_args.gpu_memory_utilization", $"expected above 0 and at most 1, found {args.GpuMemoryUtilization}"));
        if (args.KvCacheBytes is < 1)
            errors.Add(new SpecError("model.engine_args.kv_cache_bytes", $"expected above 0, found {args.KvCacheBytes}"));
        AtLeast("model.engine_args.max_num_seqs", args.MaxNumSeqs ?? 1, 1, errors);
        AtLeast("model.engine_args.max_model_len", args.MaxModelLen ?? 1, 1, errors);
        AtLeast("model.engine_args.tensor_parallel", args.TensorParallel, 1, errors);
        AtLeast("model.engine_args.pipeline_parallel", args.PipelineParallel, 1, errors);
    }

    static void CheckInput(InputSpec input, List<SpecError> errors)
    {
        if (input.Items is null == input.Uri is null)
            errors.Add(new SpecError("input", input.Uri is null ? "expected \"items\" or \"uri\", found neither" : "expected \"items\" or \"uri\", found both"));
        if (input.Items is { Count: 0 })
            errors.Add(new SpecError("input.items", "expected at least one row, found an empty list"));
        if (input.Items is not null && input.Format != InputFormat.Auto)
            errors.Add(new SpecError("input.format", "applies to files only; items have no format"));
        for (var i = 0; i < (input.Items?.Count ?? 0); i++)
        {
            if (input.Items![i].ValueKind is JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined)
                errors.Add(new SpecError($"input.items[{i}]", $"expected a text, a number or a mapping, found {(input.Items[i].ValueKind == JsonValueKind.Array ? "a list" : "nothing")}"));
        }

        AtLeast("input.limit", input.Limit ?? 1, 1, errors);
    }

    static void CheckPrompt(JobSpec spec, List<SpecError> errors)
    {
        if (spec.Preprocess is not { } preprocess)
        {
            if (spec.Input.Format != InputFormat.OpenAIBatch)
                errors.Add(new SpecError("", "the field \"preprocess\" is missing: say how a row becomes a prompt, with \"messages\" or \"prompt\""));
            return;
        }

        if (preprocess.Messages is null == preprocess.Prompt is null && spec.Input.Format != InputFormat.OpenAIBatch)
            errors.Add(new SpecError("preprocess", $"expected \"messages\" or \"prompt\", found {(preprocess.Prompt is null ? "neither" : "both")}"));
        if (spec.Input.Format == InputFormat.OpenAIBatch && (preprocess.Messages ?? (object?)preprocess.Prompt) is not null)
            errors.Add(new SpecError("preprocess", "an openai-batch input brings its own prompts; leave out \"messages\" and \"prompt\""));
        if (preprocess.Messages is { Count: 0 })
            errors.Add(new SpecError("preprocess.messages", "expected at least one message, found an empty list"));
        foreach (var name in (preprocess.SamplingParams?.Keys ?? []).Where(name => !SamplingParamNames.All.Contains(name)))
            errors.Add(new SpecError(Join("preprocess.sampling_params", name), $"unknown field \"{name}\"{NearestName.Hint(name, SamplingParamNames.All)}"));
    }

    static void CheckNumbers(JobSpec spec, List<SpecError> errors)
    {
        AtLeast("batch_size", spec.BatchSize, 1, errors);
        AtLeast("max_concurrent_batches", spec.MaxConcurrentBatches, 1, errors);
        AtLeast("max_attempts", spec.MaxAttempts, 1, errors);
        AtLeast("concurrency", spec.Concurrency.Min, 1, errors);
        if (spec.Concurrency.Max < spec.Concurrency.Min)
            errors.Add(new SpecError("concurrency", $"expected min to be at most max, found min {spec.Concurrency.Min} and max {spec.Concurrency.Max}"));
        if (spec.MaxErrorRate is { } rate and not (>= 0 and <= 1))
            errors.Add(new SpecError("max_error_rate", $"expected 0 to 1, found {rate}"));
    }

    static void CheckTimes(JobSpec spec, List<SpecError> errors)
    {
        if (spec.Deadline is { } deadline && SpecTimes.Instant(deadline) is null && SpecTimes.Duration(deadline) is null)
            errors.Add(new SpecError("deadline", $"expected a duration such as 90s, 30m, 2h or 1d, or a time such as 2027-01-31T18:00:00Z, found \"{deadline}\""));
        if (spec.Placement.Timeout is { } timeout && SpecTimes.Duration(timeout) is null)
            errors.Add(new SpecError("placement.timeout", $"expected a duration such as 90s, 30m, 2h or 1d, found \"{timeout}\""));
    }

    static void CheckPlacement(PlacementSpec placement, List<SpecError> errors)
    {
        if (placement.BundlePerWorker.Count == 0)
            errors.Add(new SpecError("placement.bundle_per_worker", "expected at least one resource, such as accelerator: 1, found none"));
        foreach (var (name, amount) in placement.BundlePerWorker.Where(resource => resource.Value is not (> 0 and < double.PositiveInfinity)))
            errors.Add(new SpecError(Join("placement.bundle_per_worker", name), $"expected above 0, found {amount}"));
    }

    static void AtLeast(string path, long value, long least, List<SpecError> errors)
    {
        if (value < least)
            errors.Add(new SpecError(path, $"expected at least {least}, found {value}"));
    }
}
