using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Serverless.Api.Security;
using Spectre.Console;

namespace Serverless.Cli.Keys;

/// <summary><c>serverless keys create | list | revoke</c>: the API keys of an installation's data folder. A key is shown once and stored as a hash.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "API keys of a job service") { CreateKey(), List(), Revoke() };

    private static Option<string> Data() => new("--data") { Description = "The service's data folder. Default: serverless-data", DefaultValueFactory = _ => "serverless-data", HelpName = "folder" };

    private static ApiKeyFile File(string folder) => new(Path.Combine(Path.GetFullPath(folder), ApiKeyFile.FileName));

    private static Command CreateKey()
    {
        var (data, format) = (Data(), OutputOption.Create());
        var name = new Argument<string>("name") { Description = "What the key is for" };
        var tenant = new Option<string>("--tenant") { Description = "Whose jobs it reaches. Default: default", DefaultValueFactory = _ => ApiKeyAuthentication.DefaultTenant, HelpName = "tenant" };
        var scopes = new Option<string[]>("--scope") { Description = $"What it may do: {string.Join(", ", Scopes.All)}. Repeat it for more. Default: read and write", HelpName = "scope" };
        scopes.AcceptOnlyFromAmong([.. Scopes.All]);
        var days = new Option<int?>("--days") { Description = "Days until it ends. Default: never", HelpName = "n" };
        var command = new Command("create", "Makes a key and shows it, once") { name, data, tenant, scopes, days, format };
        command.SetAction(parsed => Say(() =>
        {
            var tenantName = parsed.GetValue(tenant)!;
            if (!tenantName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                Console.Error.WriteLine($"--tenant: expected letters, digits, - _ and ., found \"{tenantName}\".");
                return ExitCode.Usage;
            }

            var now = TimeProvider.System.GetUtcNow();
            DateTimeOffset? end = parsed.GetValue(days) is { } count ? now.AddDays(count) : null;
            var asked = parsed.GetValue(scopes) is { Length: > 0 } some ? some : [Scopes.Read, Scopes.Write];
            var (key, text) = ApiKey.Create(parsed.GetRequiredValue(name), tenantName, asked, now, end);
            File(parsed.GetValue(data)!).Add(key);
            Console.Out.WriteLine(parsed.GetValue(format) is OutputFormat.Json
                ? JsonSerializer.Serialize(new { id = key.Id, key = text, tenant = key.Tenant, scopes = key.Scopes }, JsonOutput.Compact)
                : text);
            Console.Error.WriteLine("The key is not shown again. Use it as SERVERLESS_API_KEY, or as Authorization: Bearer.");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command List()
    {
        var (data, format) = (Data(), OutputOption.Create());
        var command = new Command("list", "Lists the keys, without their secrets") { data, format };
        command.SetAction(parsed => Say(() =>
        {
            var keys = File(parsed.GetValue(data)!).Keys;
            if (parsed.GetValue(format) is OutputFormat.Json)
            {
                var shown = keys.Select(key => new { id = key.Id, name = key.Name, tenant = key.Tenant, scopes = key.Scopes, created_at = key.CreatedAt, expires_at = key.ExpiresAt, revoked_at = key.RevokedAt });
                Console.Out.WriteLine(JsonSerializer.Serialize(shown, JsonOutput.Options));
                return ExitCode.Ok;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "tenant", "scopes", "created", "state");
            foreach (var key in keys)
            {
                table.AddRow(new Text(key.Id), new Text(key.Name), new Text(key.Tenant), new Text(string.Join(", ", key.Scopes)), new Text($"{key.CreatedAt:u}"), new Text(State(key)));
            }

            Terminal.Output.Write(table);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var data = Data();
        var id = new Argument<string>("id") { Description = "The key's id, as keys list shows it" };
        var command = new Command("revoke", "Ends a key at once") { id, data };
        command.SetAction(parsed => Say(() =>
        {
            if (File(parsed.GetValue(data)!).Revoke(parsed.GetRequiredValue(id), TimeProvider.System.GetUtcNow()))
            {
                return ExitCode.Ok;
            }

            Console.Error.WriteLine($"There is no key {parsed.GetRequiredValue(id)} in {Path.GetFullPath(parsed.GetValue(data)!)}.");
            return ExitCode.Failed;
        }));
        return command;
    }

    private static string State(ApiKey key) =>
        key.RevokedAt is not null ? "revoked"
        : key.IsValidAt(TimeProvider.System.GetUtcNow()) ? key.ExpiresAt is { } end ? string.Create(CultureInfo.InvariantCulture, $"until {end:u}") : "valid"
        : "expired";

    private static int Say(Func<int> body)
    {
        try
        {
            return body();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.Failed;
        }
    }
}
