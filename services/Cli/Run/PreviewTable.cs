using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Processing.Rows;
using Spectre.Console;

namespace Serverless.Cli.Run;

/// <summary>The first rows of a result as a table: what came in and what was answered, without the engine's bookkeeping.</summary>
internal static class PreviewTable
{
    private const int LongestCell = 400;

    private static readonly HashSet<string> Bookkeeping = [.. OutputColumns.Written(Enum.GetValues<OutputColumn>(), samples: true)];

    /// <summary>Makes the table.</summary>
    /// <param name="rows">At least one row.</param>
    /// <param name="hasAnswerColumns">Whether the job makes columns of its own from the generated text; else that text is shown.</param>
    public static Table Create(IReadOnlyList<Row> rows, bool hasAnswerColumns)
    {
        var columns = rows[0].Columns.Where(column => !Bookkeeping.Contains(column)).ToList();
        if (!hasAnswerColumns)
        {
            columns.Add(OutputColumns.GeneratedText);
        }

        if (rows.Any(row => row[OutputColumns.Error] is not null))
        {
            columns.Add(OutputColumns.Error);
        }

        var table = new Table().Border(TableBorder.Rounded).ShowRowSeparators();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => Cell(row[column])));
        }

        return table;
    }

    private static Text Cell(object? value)
    {
        var text = value switch
        {
            null => "",
            IReadOnlyDictionary<string, object?> record when record.TryGetValue("message", out var message) => $"{message}",
            string words => words,
            _ => System.Text.Json.JsonSerializer.Serialize(value, JsonOutput.Compact),
        };
        return new Text(text.Length <= LongestCell ? text : text[..LongestCell] + "...");
    }
}
