using System.Text.RegularExpressions;
using Serverless.Contracts.Errors;
using Serverless.Inference.Chat.Jinja;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Templates;

/// <summary>
/// A text of a job file: Jinja over <c>row</c>. Parsed once; a text without tags is itself, and <c>{{ row.x }}</c> alone is the
/// column's value with its type.
/// </summary>
internal sealed partial class ColumnTemplate
{
    // A missing column is an error of its row, never an empty text in a prompt.
    static readonly JinjaOptions Options = new() { StrictUndefined = true, KeepTrailingNewline = true };

    readonly string source;
    readonly JinjaTemplate? template;

    ColumnTemplate(string source)
    {
        this.source = source;
        if (source.Contains("{{", StringComparison.Ordinal) || source.Contains("{%", StringComparison.Ordinal) || source.Contains("{#", StringComparison.Ordinal))
            template = JinjaTemplate.Parse(source, Options);
        if (OneColumn().Match(source) is { Success: true } match)
            Column = match.Groups["name"].Value;
    }

    /// <summary>The column that the template is, if it is only that.</summary>
    public string? Column { get; }

    /// <summary>Whether it says the same for every row.</summary>
    public bool IsConstant => template is null;

    /// <exception cref="JinjaException">The template is malformed.</exception>
    public static ColumnTemplate Parse(string source) => new(source);

    /// <summary>The text for a row.</summary>
    /// <exception cref="RowException">The row lacks a column, or the template failed on it.</exception>
    public string Text(Row row)
    {
        if (template is null)
            return source;
        if (Column is null)
            return Run(row, template.Render);
        return row[Column] switch
        {
            string text => text,
            null => throw new RowException(ErrorCodes.MissingColumn,
                $"column \"{Column}\" is null in this row; write {{{{ row.{Column} or '' }}}} if that may be"),
            _ => Run(row, template.Render),
        };
    }

    /// <summary>The column's value if the template is only that, otherwise the text.</summary>
    /// <exception cref="RowException">The row lacks a column, or the template failed on it.</exception>
    public object? Value(Row row) => Column is null ? Text(row) : row[Column];

    static string Run(Row row, Func<IReadOnlyDictionary<string, object?>, string> render)
    {
        var watched = new WatchedRow(row);
        try
        {
            return render(new Dictionary<string, object?> { ["row"] = watched });
        }
        catch (JinjaException e)
        {
            // Asking whether a column is there is no error; failing over one that is not, is.
            var missing = watched.Missed is { } name && e.Reason.Contains(name, StringComparison.Ordinal);
            throw new RowException(missing ? ErrorCodes.MissingColumn : ErrorCodes.Template, e.Message, e);
        }
    }

    [GeneratedRegex("""^\{\{-?\s*row(\.(?<name>[A-Za-z_][A-Za-z_0-9]*)|\[\s*'(?<name>[^'\\]*)'\s*\]|\[\s*"(?<name>[^"\\]*)"\s*\])\s*-?\}\}$""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OneColumn();
}
