using System.CommandLine;

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
    };
}
