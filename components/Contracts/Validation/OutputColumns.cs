using Serverless.Contracts.Specs;

namespace Serverless.Contracts.Validation;

/// <summary>The names of the columns that the engine writes, and what may not clash with them.</summary>
public static class OutputColumns
{
    /// <summary>Position of the row in the dataset.</summary>
    public const string RowIndex = "row_index";

    /// <summary>Which of the <c>n</c> completions.</summary>
    public const string SampleIndex = "sample_index";

    /// <summary>The text.</summary>
    public const string GeneratedText = "generated_text";

    /// <summary>Tokens of the prompt.</summary>
    public const string NumInputTokens = "num_input_tokens";

    /// <summary>Tokens of the completion.</summary>
    public const string NumGeneratedTokens = "num_generated_tokens";

    /// <summary>stop, length or error.</summary>
    public const string FinishReason = "finish_reason";

    /// <summary>Null, or why the row has no answer.</summary>
    public const string Error = "error";

    /// <summary>The prompt after the chat template.</summary>
    public const string Prompt = "prompt";

    /// <summary>Ids of the generated tokens.</summary>
    public const string GeneratedTokens = "generated_tokens";

    /// <summary>Log-probabilities.</summary>
    public const string Logprobs = "logprobs";

    /// <summary>Seconds from submission to completion.</summary>
    public const string TimeTakenLlm = "time_taken_llm";

    /// <summary>The engine columns of an output, in their order.</summary>
    /// <param name="include">The optional ones that were asked for.</param>
    /// <param name="samples">Whether a row may have several completions.</param>
    public static IReadOnlyList<string> Written(IReadOnlyCollection<OutputColumn> include, bool samples)
    {
        List<string> names = [RowIndex];
        if (samples)
            names.Add(SampleIndex);
        names.AddRange([GeneratedText, NumInputTokens, NumGeneratedTokens, FinishReason, Error]);
        AddIf(OutputColumn.Prompt, Prompt);
        AddIf(OutputColumn.GeneratedTokens, GeneratedTokens);
        AddIf(OutputColumn.Logprobs, Logprobs);
        AddIf(OutputColumn.TimeTakenLlm, TimeTakenLlm);
        return names;

        void AddIf(OutputColumn column, string name)
        {
            if (include.Contains(column))
                names.Add(name);
        }
    }

    /// <summary>
    /// Whether rows of a job may have several completions: <c>n</c> is anything but 1, or comes with each row.
    /// </summary>
    /// <param name="spec">The job.</param>
    public static bool HasSamples(JobSpec spec) =>
        spec.Input.Format == InputFormat.OpenAIBatch
        || (spec.Preprocess?.SamplingParams?.TryGetValue("n", out var n) == true && !(n.ValueKind == System.Text.Json.JsonValueKind.Number && n.GetDouble() == 1));

    /// <summary>Clashes that the document alone shows; input columns are checked when the input has been looked at.</summary>
    internal static IEnumerable<SpecError> Clashes(JobSpec spec)
    {
        var written = Written(spec.Output.Include, HasSamples(spec));
        foreach (var name in spec.Postprocess?.Columns.Keys ?? [])
        {
            if (name.Length == 0)
                yield return new SpecError("postprocess.columns", "a column needs a name");
            else if (written.Contains(name))
                yield return new SpecError($"postprocess.columns.{name}", $"\"{name}\" is a column that the engine writes; choose another name");
        }
    }
}
