using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Contracts.Api;
using Spectre.Console;

namespace Serverless.Cli.Jobs;

/// <summary>Rows that came as JSON, as a table.</summary>
internal static class RowTable
{
    private const int LongestCell = 200;

    /// <summary>Prints rows.</summary>
    public static void Write(RowPage page, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(page, JsonOutput.Options));
            return;
        }

        foreach (var group in page.Groups ?? [])
        {
            Console.Out.WriteLine($"{group.Rows:N0} rows failed in {group.Stage} ({group.Type}), the first is row {group.FirstRow}: {group.Message}");
        }

        if (page.Rows.Count == 0)
        {
            return;
        }

        var columns = page.Rows.SelectMany(row => row.Select(field => field.Key)).Distinct().ToList();
        var table = new Table().Border(TableBorder.Rounded).ShowRowSeparators();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        foreach (var row in page.Rows)
        {
            table.AddRow(columns.Select(column => Cell(row[column])));
        }

        Terminal.Output.Write(table);
    }

    private static Text Cell(JsonNode? value)
    {
        var text = value switch
        {
            null => "",
            JsonObject error when error["message"] is { } message => $"{message}",
            JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => scalar.GetValue<string>(),
            _ => value.ToJsonString(JsonOutput.Compact),
        };
        return new Text(text.Length <= LongestCell ? text : text[..LongestCell] + "...");
    }
}
