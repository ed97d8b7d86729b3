using System.Globalization;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;
using Serverless.Inference.Sampling;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Templates;

/// <summary>Makes sampling parameters of named values, by vLLM's names. Ranges are checked by the engine.</summary>
internal static class SamplingValues
{
    /// <param name="start">Where parameters that are not named stay.</param>
    /// <param name="values">The named ones; null leaves a parameter as it is.</param>
    /// <exception cref="RowException">A name is unknown or a value is of the wrong type.</exception>
    public static SamplingParams Apply(SamplingParams start, IEnumerable<KeyValuePair<string, object?>> values)
    {
        foreach (var (name, value) in values)
        {
            if (value is not null)
                start = Apply(start, name, value);
        }

        return start;
    }

    static SamplingParams Apply(SamplingParams p, string name, object value) => name switch
    {
        "n" => p with { N = Integer(name, value) },
        "temperature" => p with { Temperature = Number(name, value) },
        "top_p" => p with { TopP = Number(name, value) },
        "top_k" => p with { TopK = Integer(name, value) },
        "min_p" => p with { MinP = Number(name, value) },
        "repetition_penalty" => p with { RepetitionPenalty = Number(name, value) },
        "presence_penalty" => p with { PresencePenalty = Number(name, value) },
        "frequency_penalty" => p with { FrequencyPenalty = Number(name, value) },
        "max_tokens" => p with { MaxTokens = Integer(name, value) },
        "min_tokens" => p with { MinTokens = Integer(name, value) },
        "seed" => p with { Seed = Long(name, value) },
        "stop" => p with { Stop = value is string text ? [text] : List(name, value, item => item as string ?? throw Wrong(name, "a text or a list of texts", value)) },
        "stop_token_ids" => p with { StopTokenIds = List(name, value, item => Integer(name, item)) },
        "include_stop_str_in_output" => p with { IncludeStopStrInOutput = Flag(name, value) },
        "ignore_eos" => p with { IgnoreEos = Flag(name, value) },
        "skip_special_tokens" => p with { SkipSpecialTokens = Flag(name, value) },
        "logprobs" => p with { Logprobs = Integer(name, value) },
        "logit_bias" => p with { LogitBias = Biases(name, value) },
        _ => throw new RowException(ErrorCodes.InvalidRequest, $"sampling_params: unknown field \"{name}\"{NearestName.Hint(name, SamplingParamNames.All)}"),
    };

    // A template that is more than one column gives text: "{{ row.tokens * 2 }}".
    static long Long(string name, object? value) => value switch
    {
        long integer => integer,
        double number when number == Math.Floor(number) && Math.Abs(number) < 1L << 53 => (long)number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        _ => throw Wrong(name, "a whole number", value),
    };

    static int Integer(string name, object? value) => Long(name, value) is var integer and >= int.MinValue and <= int.MaxValue ? (int)integer : throw Wrong(name, "a whole number of 32 bits", value);

    static float Number(string name, object? value) => value switch
    {
        double number => (float)number,
        long integer => integer,
        string text when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Wrong(name, "a number", value),
    };

    static bool Flag(string name, object? value) => value switch
    {
        bool flag => flag,
        string text when bool.TryParse(text, out var flag) => flag,
        _ => throw Wrong(name, "true or false", value),
    };

    static T[] List<T>(string name, object? value, Func<object?, T> convert) =>
        value is IReadOnlyList<object?> list ? [.. list.Select(convert)] : throw Wrong(name, "a list", value);

    static Dictionary<int, float> Biases(string name, object? value) => value is IReadOnlyDictionary<string, object?> biases
        ? biases.ToDictionary(bias => Integer(name, bias.Key), bias => Number(name, bias.Value))
        : throw Wrong(name, "a mapping of token ids to numbers", value);

    static RowException Wrong(string name, string expected, object? found) =>
        new(ErrorCodes.InvalidRequest, $"sampling_params.{name}: expected {expected}, found {RowValue.Describe(found)}");
}
