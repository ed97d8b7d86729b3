using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Serverless.Cli.Doctor;

/// <summary><c>serverless doctor</c>: what this machine has, and what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var output = OutputOption.Create();
        var command = new Command("doctor", "Says what this machine has (cores, instruction sets, GPU, native parts) and what is missing") { output };
        command.SetAction(parsed => Report([.. Machine.Look()], parsed.GetValue(output)));
        return command;
    }

    private static int Report(IReadOnlyList<Check> checks, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { checks }, JsonOutput.Options));
        }
        else
        {
            var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("status", "part", "found");
            foreach (var check in checks)
            {
                table.AddRow(Mark(check.Status), Markup.Escape(check.Name), Markup.Escape(check.Fix is null ? check.Found : $"{check.Found}\n-> {check.Fix}"));
            }

            Terminal.Output.Write(table);
        }

        return checks.Any(check => check.Status is CheckStatus.Missing) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string Mark(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "[green]ok[/]",
        CheckStatus.Optional => "[yellow]--[/]",
        _ => "[red]missing[/]",
    };
}
