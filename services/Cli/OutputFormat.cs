using System.CommandLine;
using System.CommandLine.Parsing;

namespace Serverless.Cli;

/// <summary>How a command prints its result.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One JSON document, for programs.</summary>
    Json,
}

/// <summary>The option that every command with a result has.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat> Create() => new("--output", "-o")
    {
        Description = "table, or json for programs",
        DefaultValueFactory = _ => OutputFormat.Table,
        HelpName = "table|json",
        CustomParser = Parse,
    };

    private static OutputFormat Parse(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (!Enum.TryParse<OutputFormat>(text, ignoreCase: true, out var format) || !Enum.IsDefined(format) || char.IsAsciiDigit(text[0]))
        {
            result.AddError($"--output: expected table or json, found \"{text}\".");
        }

        return format;
    }
}
