using System.Globalization;

namespace Serverless.Storage.Tables.Text;

/// <summary>Fields of text files as typed values.</summary>
internal static class CsvValues
{
    internal static ColumnType TypeOf(ColumnKind? kind) => kind switch
    {
        ColumnKind.Boolean => ColumnType.Boolean,
        ColumnKind.Int64 => ColumnType.Int64,
        ColumnKind.Float64 => ColumnType.Float64,
        _ => ColumnType.String,
    };

    /// <summary>The narrowest kind for what had <paramref name="kind"/> so far (null: nothing yet) and this field.</summary>
    internal static ColumnKind? Widen(ColumnKind? kind, string field)
    {
        if (field.Length == 0 || kind == ColumnKind.String) return kind;
        ReadOnlySpan<ColumnKind> candidates = kind switch
        {
            null => [ColumnKind.Boolean, ColumnKind.Int64, ColumnKind.Float64],
            ColumnKind.Int64 => [ColumnKind.Int64, ColumnKind.Float64],
            _ => [kind.Value],
        };
        foreach (var candidate in candidates)
            if (TryConvert(field, candidate, out _))
                return candidate;
        return ColumnKind.String;
    }

    internal static bool TryConvert(string field, ColumnKind kind, out object? value)
    {
        value = field;
        if (kind == ColumnKind.String) return true;
        value = null;
        if (field.Length == 0) return true;
        switch (kind)
        {
            case ColumnKind.Boolean when bool.TryParse(field, out var flag) && field.Length == field.AsSpan().Trim().Length:
                value = flag;
                return true;
            case ColumnKind.Int64 when IsPlain(field) && long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer):
                value = integer;
                return true;
            case ColumnKind.Float64 when IsPlain(field) && double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                value = number;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Starts as a JSON number does: a sign at most, then a digit, and a zero only before a point or an exponent.</summary>
    private static bool IsPlain(string field)
    {
        var digits = field.AsSpan(field[0] == '-' ? 1 : 0);
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]) || !char.IsAsciiLetterOrDigit(digits[^1])) return false;
        return digits[0] != '0' || digits.Length == 1 || !char.IsAsciiDigit(digits[1]);
    }
}
